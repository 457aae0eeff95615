"""Publish a release on the Hub, or another server with its API, whole or not at all; read one back."""

from corpusqa.hub.outgoing import INCLUDABLE, Outgoing, outgoing
from corpusqa.hub.push import Pushed, PushOptions, push
from corpusqa.hub.read import fetch_release, remote_side

__all__ = ["INCLUDABLE", "Outgoing", "PushOptions", "Pushed", "fetch_release", "outgoing", "push", "remote_side"]
