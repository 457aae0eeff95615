"""Names that columns have in the wild, by the field of a document that they hold; the first that is present is taken.

From the column names of common data sets and extractors: trafilatura (text, url, date, hostname, filedate, raw_text),
news-please (maintext, date_publish, date_download, source_domain), Common Crawl derivatives (FineWeb, C4, OSCAR:
text, url, timestamp, dump), Dolma (text, source, created, added), RedPajama (raw_content, doc_id). Names are compared
without regard to case.
"""

from __future__ import annotations

NAMES = {
    "text": (
        "text",
        "content",
        "maintext",
        "raw_text",
        "raw_content",
        "page_content",
        "body",
        "article",
        "article_text",
        "full_text",
        "fulltext",
        "plain_text",
        "document",
        "markdown",
    ),
    "id": ("id", "doc_id", "document_id", "docid", "_id", "uuid", "guid"),
    "url": ("url", "link", "page_url", "source_url", "canonical_url", "target_uri", "uri"),
    "source": (
        "source",
        "source-hostname",
        "hostname",
        "source_domain",
        "domain",
        "site",
        "outlet",
        "publisher",
    ),
    "published": (
        "published",
        "published_at",
        "publication_date",
        "date_published",
        "date_publish",
        "publish_date",
        "pubdate",
        "pub_date",
        "date",
        "created",
        "created_at",
    ),
    "collected": (
        "collected",
        "collected_at",
        "crawled",
        "crawled_at",
        "crawl_date",
        "date_crawl",
        "date_download",
        "filedate",
        "fetched_at",
        "retrieved_at",
        "scraped_at",
        "warc_date",
        "added",
        "timestamp",
    ),
    "language": ("language", "lang", "language_code"),
    "split": ("split",),
}
# Columns that turn the meaning of another round: a FineWeb-like table with `dump` dates the crawl, not the article.
CRAWL_MARK, CRAWL_DATE = "dump", "date"
# trafilatura writes the address to `source` and the host to one of these.
HOST_COLUMNS = ("source-hostname", "hostname")

# Columns that hold a list of messages (OpenAI's `messages`, ShareGPT's `conversations`), and columns that together are
# one text: preference pairs, prompts with completions, instructions (Alpaca). A group is taken when all its columns
# are there, except those marked with a question mark. Preference pairs come first: their data sets often hold the
# chosen answer a second time as messages.
CHATS = ("messages", "conversations", "conversation", "dialogue", "dialog", "chat", "turns")
PREFERENCES = (("prompt?", "chosen", "rejected"),)
GROUPS = (
    ("prompt", "completion"),
    ("prompt", "response"),
    ("instruction", "input?", "output"),
    ("instruction", "input?", "response"),
    ("question", "answer"),
)
