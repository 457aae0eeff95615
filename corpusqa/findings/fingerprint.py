"""The identity of a finding: it survives moves and edits elsewhere, and reveals no private value."""

from __future__ import annotations

import hashlib

# 128 bits: two of a hundred million findings collide with a chance below 1e-22.
BYTES = 16


def fingerprint(name: str, document: str, context: str, ordinal: int, value: str = "", key: bytes = b"") -> str:
    """32 hex digits over what a finding is.

    Args:
        name: `<check>.<label>`.
        document: The document's id as it may be shown.
        context: The masked text around the evidence; white space counts once.
        ordinal: How many equal findings precede this one in its document.
        value: The evidence as it stands in the text. Only used with a key: a digest of a short private value without
            one is found by trying.
        key: Secret of 1 to 64 bytes; with one the fingerprint changes when the value does.
    """
    words, said = " ".join(context.split()), value if key else ""
    # every piece bears its length, so that no two sets of pieces give the same bytes
    whole = f"{len(name)}:{name}{len(document)}:{document}{len(words)}:{words}{ordinal}:{said}"
    return hashlib.blake2b(whole.encode(), digest_size=BYTES, key=key).hexdigest()
