"""Languages by any of their common names, so that Nederlands, Dutch and nl are one."""

from __future__ import annotations

from mentormatch.people.values import fold

_TABLE = """
ar arabic arabisch العربية
bg bulgarian bulgaars
bn bengali bengaals
cs czech tsjechisch cestina
da danish deens dansk
de german duits deutsch
el greek grieks ελληνικα
en english engels
es spanish spaans espanol castellano
et estonian ests eesti
fa persian perzisch farsi
fi finnish fins suomi
fr french frans francais
fy frisian fries frysk
he hebrew hebreeuws
hi hindi
hr croatian kroatisch hrvatski
hu hungarian hongaars magyar
id indonesian indonesisch bahasa
it italian italiaans italiano
ja japanese japans 日本語
ko korean koreaans 한국어
lt lithuanian litouws
lv latvian lets
ms malay maleis
nl dutch nederlands vlaams flemish
no norwegian noors norsk
pap papiamento papiaments papiamentu
pl polish pools polski
pt portuguese portugees portugues
ro romanian roemeens romana
ru russian russisch русскии
sk slovak slowaaks
sl slovenian sloveens
so somali somalisch
sr serbian servisch srpski
srn sranan surinaams
sv swedish zweeds svenska
th thai
ti tigrinya
tr turkish turks turkce
uk ukrainian oekraiens українська
ur urdu
vi vietnamese vietnamees
zh chinese chinees mandarin 中文
"""
_CODES = {fold(name): line.split()[0] for line in _TABLE.split("\n") if line for name in line.split()}


def language_key(label: str) -> str:
    """Return one key for all names of a language; a level in brackets or after a colon does not count."""
    bare = fold(label.split("(", 1)[0].split(":", 1)[0])
    return _CODES.get(bare, bare)
