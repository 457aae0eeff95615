"""Which detector stands behind which gate."""

from __future__ import annotations

from collections.abc import Collection

from corpusqa_checks.pii.cards import cards
from corpusqa_checks.pii.emails import emails
from corpusqa_checks.pii.hits import Detector
from corpusqa_checks.pii.ibans import ibans
from corpusqa_checks.pii.national_ids import lettered_ids, national_ids
from corpusqa_checks.pii.networks import addresses
from corpusqa_checks.pii.phones import phones
from corpusqa_checks.pii.secrets import assigned_secrets, secrets
from corpusqa_checks.pii.urls import url_credentials

DETECTORS: dict[str, Detector] = {
    "url_credentials": url_credentials,
    "secrets": secrets,
    "assigned_secrets": assigned_secrets,
    "emails": emails,
    "ibans": ibans,
    "cards": cards,
    "national_ids": national_ids,
    "lettered_ids": lettered_ids,
    "addresses": addresses,
    "phones": phones,
}


def on_request(also: Collection[str]) -> dict[str, Detector]:
    """The detectors of types on request, by gate; their patterns are compiled when somebody asks for one."""
    if not also:
        return {}
    from corpusqa_checks.pii import opt_in
    from corpusqa_checks.pii.streets import streets

    known: dict[str, tuple[str, Detector]] = {
        "medical_ids": ("medical_id", opt_in.medical_ids),
        "passports": ("passport", opt_in.passports),
        "births": ("date_of_birth", opt_in.births),
        "streets": ("street_address", streets),
        "obfuscated_emails": ("obfuscated_email", opt_in.obfuscated_emails),
        "wallets": ("wallet", opt_in.wallets),
        "macs": ("mac", opt_in.macs),
        "positions": ("gps", opt_in.positions),
        "handles": ("handle", opt_in.handles),
    }
    return {gate: detect for gate, (label, detect) in known.items() if label in also}
