"""Measurements that several built-in checks share; they know only the contract."""
