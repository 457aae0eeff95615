"""What lines of a frame look like: patterns over the text as written, for the features of the line model."""

from __future__ import annotations

_W = r"(?-u:\b)"

# Marks of short lines.
MARKS = {
    "bullet": r"^\s*(?:[*•·▪►▶→»>#+–—-]|[0-9]{1,3}[.)])\s",
    "url": r"https?://|www\.|\.com|\.org|\.net|@",
    "time": rf"{_W}[0-9]{{1,2}}[:.h][0-9]{{2}}{_W}",
    "date": rf"{_W}[0-9]{{1,4}}[-./][0-9]{{1,2}}[-./][0-9]{{2,4}}{_W}",
    "year": rf"{_W}(?:19|20)[0-9]{{2}}{_W}|[0-9]年",
    "degrees": r"[°℃℉]|(?i-u:km/h|[0-9] ?mph)",
    "currency": r"[$€£¥₽%]",
    "capitals": r"^[\p{Lu}\d\W]*\p{Lu}[\p{Lu}\d\W]*$",
    "code": r"[{}<>=_\\]|\(\)",
    "crumbs": r"\S\s*(?:>|»|›|→|/)\s+\S",
    "pipes": r"\s[|·•–—]\s",
    "rights": r"[©®™]|\([cC]\)",
    "brackets": r"[\[(][^\])]{1,30}[\])]\s*$",
    "pair": r"^\s*[^:：]{1,25}[:：]\s*\S",
    "digits_only": r"^[\d\s.,:/()+-]+$",
    "dashes": r"^[^\p{L}\p{N}]*$",
}

# A line that is nothing but a date, in any language: "5 June 2025", "Sunday, June 5, 2025", "2025年4月20日 08:15".
_DAY, _YEAR, _TERM = r"(?:0?[1-9]|[12][0-9]|3[01])", r"[12][0-9]{3}", r"[\p{L}\p{M}]+\.?"
_DATELINE = "|".join(
    (
        rf"(?:{_TERM},? )?{_DAY}\.? (?:de )?{_TERM},? (?:de )?{_YEAR}(?: г\.)?\.?",
        rf"(?:{_TERM},? )?{_TERM} {_DAY},? {_YEAR}",
        rf"{_YEAR} ?[年년./-] ?[0-9]{{1,2}} ?[月월./-] ?[0-9]{{1,2}} ?[日일.]?",
    )
)
_CLOCK = r"(?:[\s,|–-]*[0-9]{1,2}[:.][0-9]{2})?"
# A line that is a price, with a word before it at most: "349 kr.", "Price: $ 12.50", "¥1,280".
_MONEY = (
    r"(?:\p{Sc}|kr|kč|zł|ft|lei|лв|руб|грн|din|kn|tl|rp|rm|rs|chf|usd|eur|gbp|sek|nok|dkk|pln|czk|huf|ron|aed|sar|inr|"
    r"jpy|cny|krw|vnd|thb|đ|元|円|원|บาท|ريال|درهم|تومان)\.?"
)
_AMOUNT = r"[0-9][0-9.,\s]*(?:,-)?"

# Units of kitchen and workshop, as lists of what is needed write them.
_UNITS = (
    "kg|g|gr|mg|ml|cl|dl|l|oz|lbs?|cups?|tbsp|tsp|el|tl|prise|pck|stk|msk|tsk|krm|rkl|dag|łyż[a-z]*|szt|lžíc[a-z]*|ks|"
    "c à s|cs|cuil[a-z]*|cda|cdta|cucchiai[a-z]*|colher[a-z]*|eetl|theel|кг|г|гр|мл|л|ст|ч|шт|"
    "克|公克|毫升|汤匙|大匙|小匙|グラム|大さじ|小さじ|큰술|작은술|mm|cm"
)

# Shapes of lines that are no prose, by which kinds.py tells what a document is.
SHAPES = {
    "heading": r"^#{1,6} \S|^\s*(?:```|~~~)|^\.\. \w|^[=~^-]{4,}$|^---$|^> \S|\]\(\S+\)|^\|.*\|\s*$|^\w+: \S+$|"
    r"^`[^`]+`$",
    "fence": r"^#{1,6} \S|^\s*(?:```|~~~)|^\.\. \w+::|^={4,}$|^-{3,}$",
    "tag": r"^\s*</?(?:p|div|ul|ol|li|br|table|tr|td|span|h[1-6]|html|body|img|a)\b[^>]*>|^<!--",
    "program": r"[{};\\]\s*$|(?-u:\w)\([^)]*\)|[=!<>]=|\s=\s|^\s*(?://|/\*|\*/|\$ |>>> |@(?-u:\w)|[)}\]])",
    "keyword": r"^\s*(?:import|from|def|class|return|if|else|elif|for|while|try|function|var|let|const|public|"
    r"private|static|void|int|package|use|fn|struct|enum|#include|#define|SELECT|INSERT|sudo|echo|cd|git|pip|npm)"
    r"(?-u:\b).*[(){}:;\]]\s*$",
    "cells": r"^[^;]*(?:;[^;]*){2,}$|^[^\t]*(?:\t[^\t]*){2,}$|^\s*\|.*\|\s*$|^[^,\s][^, ]*(?:,[^, ]+){3,}$|"
    r"\S(?:\s+[-+−]?[0-9][0-9.,:%]*){3,}\s*$",
    "item": r"^\s*(?:[*•·▪►–—+-]|[0-9]{1,3}[.):]|\[[ xX]?\])\s+\S|"
    r"(?:\.{3,}|\s{2,}|:)\s*[$€£]?[0-9][0-9.,]*\s*\S{0,4}\s*$",
    # with a date and a time before it or without; a role of a play in capitals; a speech in Japanese quotation marks
    "turn": r"^\s*(?:\[?(?:[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}[,.]?\s*)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"(?:\s?[AaPp][Mm])?\]?\s*[-–]?\s*)?"
    # a name by the signs that it does not hold: a bounded repeat of all letters takes milliseconds to compile
    r"(?:<?\p{L}(?:[^\t!-&(-,/:-@\[-^`{-~\u00a1-\u00bf\u2010-\u206f\u3000-\u303f：]{0,22}"
    r"[^\t -&(-,/:-@\[-^`{-~\u00a1-\u00bf\u2010-\u206f\u3000-\u303f：])?(?:\s?:\s+|>\s+|：\s*|「)\S"
    r"|\p{Lu}[\p{Lu} ]{1,20}\.\s+\S)",
    "query": r"^(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|AND|OR|(?:LEFT |RIGHT |INNER )?JOIN|GROUP BY|"
    r"ORDER BY|HAVING|SET|VALUES|UNION|LIMIT|(?:CREATE|ALTER|DROP) (?:TABLE|VIEW|INDEX))\s+\S|"
    r"^[a-z_]+ (?:INTEGER|INT|BIGINT|TEXT|VARCHAR|CHAR|DATE|BOOLEAN|REAL|NUMERIC|TIMESTAMP)(?-u:\b)",
    "prompt": r"^(?:\$|%|>>>|[\w.-]+@[\w.-]+[: ]\S*[$#%])\s*\S",
    "setting": r"^(?:- )?[\"']?[a-z_][\w.-]*[\"']?:(?:\s+\S.*)?$|^-\s+[\"']?[\w:./-]+[\"']?$",
    "entry": r"^[^\s–—][^–—]{0,28}\s[–—]\s+\S+\s+\S",
    "hash": r"^\s*[0-9a-f]{7,40}\s",
    "ranked": r"^[0-9]{1,3}\s+\P{N}*$",
    "moment": r"\p{Nd}{4}\P{Nd}{1,12}\p{Nd}{1,2}|\p{Nd}{1,2}\P{Nd}{1,12}\p{Nd}{4}",
    "ago": r"^\P{Nd}+[0-9]{1,2} \P{Nd}+$",
    "numbered": r"^(?:§+ ?[0-9]{1,3}[a-z]?\.?|[0-9]{1,2}(?:\.[0-9]{1,2})*[.)、．])\s?\P{Nd}",
    "asks": r"[?？؟!！][\"'”’»“)\]」』]*$",
    "amount": rf"^(?:[*•·-]\s*)?[0-9½¼¾⅓⅔][0-9½¼¾⅓⅔.,/–-]*\s?(?i:{_UNITS})\.?(?:\s|\p{{Han}}|$)",
    "dateline": rf"^(?:{_DATELINE}){_CLOCK}$",
    "price": rf"^(?i:(?:{_TERM}[:：]? ?)?(?:{_MONEY}\s?{_AMOUNT}|{_AMOUNT}\s?{_MONEY}))\s*$",
}

# What is counted in all lines.
COUNTED = {
    "capital": r"(?:^|[\s(„“\"«])\p{Lu}",
    "digits": r"[0-9]",
    "commas": r"[,;،、，；]",
    "stops": r"[.!?…؟۔।॥።։။།](?:[\"'”’»“)\]]|\s|$)|[。！？។]|\p{Thai} \p{Thai}",
    "small": r"(?:^|\s)\p{Ll}{1,3}\s",
    "separators": r"[|»›·•→▶►★☆/>]",
}

# How lines begin and end.
ENDS = {
    "ends": r"[.!?。！？…؟۔।॥።։។။།][\"'”’»“)\]」』]*$",
    "colon": r"[:：]$",
    "dots": r"(?:\.\.\.|…|»|>>|›)$",
    "low_start": r"^\p{Ll}",
    "comma_end": r"[,，،]$",
    "quote": r"^[\"„“«‚‘”–—-]",
}

# Of these signs a line has one wherever the pattern matches (a digit stands for all of them): most lines have none and
# are not searched. Patterns without an entry are searched everywhere.
NEEDED = {
    "bullet": "*•·▪►▶→»>#+–—-.)",
    "url": "/.@",
    "time": "0",
    "date": "-./",
    "year": "0",
    "degrees": "°℃℉/0",
    "currency": "$€£¥₽%",
    "code": "{}<>=_\\(",
    "crumbs": ">»›→/",
    "pipes": "|·•–—",
    "rights": "©®™(",
    "brackets": "])",
    "pair": ":：",
    "heading": "#`~.=^->(|:",
    "fence": "#`~.=-",
    "tag": "<",
    "program": "{};\\(=/*$>@)]",
    "keyword": "(){}:;]",
    "cells": ";\t|,0",
    "item": "*•·▪►–—+-.):[0",
    "turn": ":>.：「",
    "query": "A",
    "prompt": "$#%>",
    "setting": ":-",
    "entry": "–—",
    "hash": "0",
    "ranked": "0",
    "moment": "0٠۰०",
    "ago": "0",
    "numbered": "0",
    "asks": "?？؟!！",
    "amount": "0½¼¾⅓⅔",
    "dateline": "0",
    "price": "0",
    "digits": "0",
    "commas": ",;،、，；",
    "stops": ".!?…؟۔।॥།։။።。！？។ก",
    "separators": "|»›·•→▶►★☆/>",
    "ends": ".!?。！？…؟۔।॥።։။།",
    "colon": ":：",
    "dots": ".…»>›",
    "comma_end": ",，،",
    "quote": '"„“«‚‘”–—-',
}

# Of these a line of the pattern has none; "a" and "A" stand for all ASCII letters of their case.
BARRED = {"capitals": "a", "digits_only": "aA", "dashes": "aA0"}
