"""Words that label a date in the head of a page, in many languages; written for corpusqa."""

from __future__ import annotations


def listed(table: str) -> list[str]:
    """The entries of a table, longest first, so that an alternation finds the longest."""
    entries = {entry.strip() for line in table.splitlines() for entry in line.split(";")} - {""}
    return sorted(entries, key=lambda entry: (-len(entry), entry))


# "Published on", "Date:", each followed by a date; lower case.
PUBLISHED = """
submitted; published; first published; publication date; date published; posted; posted on; date posted; date; released
release date; issued; filed; veröffentlicht; erschienen; datum; stand; publié; publié le; date de publication
mis en ligne; paru; publicado; publicada; fecha; fecha de publicación; pubblicato; pubblicata; data
data di pubblicazione; data de publicação; publicat; data publicării; gepubliceerd; geplaatst; publicatiedatum
publicerad; publicerat; publisert; udgivet; offentliggjort; julkaistu; opublikowano; data publikacji; dodano
publikováno; vydáno; publikované; objavljeno; megjelent; közzétéve; публикувано; опубликовано; дата публикации; дата
опубліковано; дата публікації; δημοσιεύτηκε; δημοσιεύθηκε; ημερομηνία; yayınlanma tarihi; yayınlandı; tarih
paskelbta; publicēts; avaldatud; diterbitkan; tanggal; đăng ngày; ngày đăng; تاريخ النشر; نشر في; نشر; تاریخ انتشار
פורסם; प्रकाशित; 公開日; 投稿日; 掲載日; 发布时间; 发布; 发表于; 發布; 日期; 게시일; 등록일; 입력
"""
# "Updated", "Last modified": later than publication, and no contradiction to it.
UPDATED = """
updated; last updated; last modified; modified; revised; last reviewed; reviewed; corrected; aktualisiert
zuletzt geändert; geändert; mis à jour; mis à jour le; modifié; actualizado; actualizada; última actualización
aggiornato; aggiornata; atualizado; atualizada; actualizat; bijgewerkt; gewijzigd; uppdaterad; oppdatert; opdateret
päivitetty; zaktualizowano; aktualizacja; aktualizováno; aktualizované; ažurirano; frissítve; обновлено; оновлено
ενημερώθηκε; güncellendi; atnaujinta; atjaunināts; uuendatud; diperbarui; cập nhật; تم التحديث; עודכן; 更新日
最終更新日; 更新时间; 更新; 수정일; 수정
"""
# Labels that say a publication only where no other word stands before them, unlike "Event date".
ALONE = frozenset(["date", "datum", "fecha", "data", "дата", "ημερομηνία", "tarih", "tanggal", "stand", "日期"])
# Labels that say a publication only with a name: "Submitted by admin on", but not "Submitted:" of a paper.
WITH_NAME = frozenset(["submitted"])
# "Posted by Anna Berg on": what follows a label before the name of whoever did it.
BY = ("by", "von", "par", "por", "da", "door", "av", "af", "przez")
# What is announced beside the date of an event: "Date: 5 May 2024" under or over "Venue: Town Hall" labels no text.
EVENT = """
venue; time; tickets; ticket; admission; location; doors; entry; price; where; place; ort; veranstaltungsort; uhrzeit
zeit; beginn; einlass; eintritt; lieu; heure; horaire; tarif; entrée; lugar; hora; horario; entrada; entradas; local
luogo; ora; orario; ingresso; biglietti; plaats; locatie; tijd; aanvang; toegang; plats; tid; sted; inträde; miejsce
godzina; bilety; místo; čas; vstupné; mjesto; vrijeme; место; время; билеты; місце; час; yer; saat; tempat; waktu
helyszín; időpont; paikka; τόπος; ώρα; 場所; 時間; 会場; 地点; 时间; 地點
"""
# Who did the work on a page, in a line that leads to its date: "Written by Anna Berg".
WROTE = "written|posted|words|text|story|report|reported|submitted|edited|reviewed|article|photo|photos|created"
# Words between a label and its date.
BETWEEN = ("on", "at", "am", "le", "el", "il", "em", "vom", "dne", "dnia", "день", "в", "den")
# Small words in the names of places, and before the date of a dateline.
_PLACES = "de del la le les du da do dos di der den am an im sur und el al y e on upon ob na nad pod i"
PLACES = frozenset(listed(_PLACES.replace(" ", ";")))
# What stands beside the time at which a page was drawn, and never beside the date of an article.
WEATHER = """
°; humidity; wind; wind speed; clear sky; overcast; feels like; weather; luftfeuchtigkeit; wetter; météo; humidité
clima; humedad; tiempo; umidità; meteo; umidade; tempo; vochtigheid; weer; väder; погода; влажность
"""
