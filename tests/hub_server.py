"""A hub for tests: the part of the Hub's HTTP API that its own clients use to publish and read datasets.

Standard library only, state on disk, nothing but loopback. Run `python -m tests.hub_server --port 0` to try things by
hand. Faults are set with `POST /_fault {"kind": ..., "step": ..., "times": 1, "skip": 0}`; `GET /_log` lists the
requests as `[step, method, path, status]`.

Kinds of faults: a status such as `412`, `409`, `500`, `401`; `drop` (the connection dies before the request counts);
`reply_lost` (it counts, but nobody answers); `wrong_digest` (a step that lists files lies about one); `slow` (the body
arrives in two parts, half a second apart). Steps are the names in ROUTES.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "hf_test_token"
# Files of this size or with these endings are stored as LFS objects, as .gitattributes of the Hub has it.
LFS_BYTES, LFS_ENDINGS = 10_000_000, (".parquet", ".arrow", ".bin", ".gz", ".zst")
REPO = r"(?P<repo>[^/]+/[^/]+)"
REV = r"(?P<rev>[^/]+)"
ROUTES = {
    "whoami": ("GET", r"/api/whoami-v2"),
    "create": ("POST", r"/api/repos/create"),
    "delete": ("DELETE", r"/api/repos/delete"),
    "validate": ("POST", r"/api/validate-yaml"),
    "refs": ("GET", rf"/api/datasets/{REPO}/refs"),
    "commits": ("GET", rf"/api/datasets/{REPO}/commits/{REV}"),
    "tree": ("GET", rf"/api/datasets/{REPO}/tree/{REV}(?:/(?P<path>.*))?"),
    "paths": ("POST", rf"/api/datasets/{REPO}/paths-info/{REV}"),
    "preupload": ("POST", rf"/api/datasets/{REPO}/preupload/{REV}"),
    "commit": ("POST", rf"/api/datasets/{REPO}/commit/{REV}"),
    "tag": ("POST", rf"/api/datasets/{REPO}/tag/{REV}"),
    "untag": ("DELETE", rf"/api/datasets/{REPO}/tag/{REV}"),
    "branch": ("POST", rf"/api/datasets/{REPO}/branch/{REV}"),
    "info": ("GET", rf"/api/datasets/{REPO}(?:/revision/{REV})?"),
    "batch": ("POST", rf"/datasets/{REPO}\.git/info/lfs/objects/batch"),
    "put": ("PUT", r"/_objects/(?P<oid>[0-9a-f]{64})"),
    "verify": ("POST", r"/_verify"),
    "resolve": ("GET", rf"/datasets/{REPO}/resolve/{REV}/(?P<path>.+)"),
}


class Refused(Exception):
    """An answer that is an error: status, code and message as the Hub gives them in headers."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def blob_oid(content: bytes) -> str:
    """The name that git gives a blob."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub:
    """Repositories on disk: `objects/` by digest, `repos/<owner>--<name>.json` with commits, branches, tags."""

    def __init__(self, root: Path, owner: str = "owner") -> None:
        self.root, self.owner = root, owner
        self.lock = threading.RLock()
        self.faults: list[dict[str, Any]] = []
        self.log: list[list[Any]] = []
        for name in ("objects", "repos"):
            (root / name).mkdir(parents=True, exist_ok=True)

    def load(self, repo: str) -> dict[str, Any]:
        path = self._path(repo)
        if not path.exists():
            raise Refused(404, "RepoNotFound", "Repository not found")
        found: dict[str, Any] = json.loads(path.read_text())
        return found

    def save(self, repo: str, state: dict[str, Any]) -> None:
        path = self._path(repo)
        temporary = path.with_suffix(".part")
        temporary.write_text(json.dumps(state))
        temporary.replace(path)

    def create(self, repo: str, private: bool, *, bare: bool = False) -> None:
        if self._path(repo).exists():
            raise Refused(409, "", "You already created this dataset repo")
        state = {"private": private, "commits": {}, "branches": {}, "tags": {}, "pulls": []}
        if not bare:  # a hub on git may have nothing before the first commit
            content = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
            first = self._commit(state, None, {".gitattributes": self._store(content)}, "initial commit")
            state["branches"]["main"] = first
        self.save(repo, state)

    def remove(self, repo: str) -> None:
        self._path(repo).unlink()

    def resolve(self, state: dict[str, Any], rev: str) -> str:
        """Branch, tag, pull request or commit -> commit."""
        pulls = {pull["ref"]: pull["commit"] for pull in state["pulls"]}
        names = {**pulls, **state["tags"], **state["branches"]}
        found = names.get(rev) or names.get(rev.removeprefix("refs/heads/")) or rev
        if found not in state["commits"]:
            raise Refused(404, "RevisionNotFound", f"Invalid rev id: {rev}")
        return str(found)

    def tree(self, state: dict[str, Any], rev: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = state["commits"][self.resolve(state, rev)]["tree"]
        return found

    def content(self, file: dict[str, Any]) -> bytes:
        return (self.root / "objects" / (file.get("sha256") or file["oid"])).read_bytes()

    def put(self, oid: str, content: bytes) -> None:
        if hashlib.sha256(content).hexdigest() != oid:
            raise Refused(400, "", "the content has another digest")
        (self.root / "objects" / oid).write_bytes(content)

    def has(self, oid: str) -> bool:
        return (self.root / "objects" / oid).exists()

    def commit(self, repo: str, rev: str, lines: list[dict[str, Any]], pull: bool) -> dict[str, Any]:
        state = self.load(repo)
        head = self.resolve(state, rev) if state["commits"] else None
        header = next(line["value"] for line in lines if line["key"] == "header")
        parent = header.get("parentCommit")
        if parent and not pull and not (head or "").startswith(parent):
            raise Refused(412, "", "A commit has happened since. Please refresh and try again.")
        tree = dict(state["commits"][head]["tree"]) if head else {}
        for line in lines:
            self._apply(tree, line["key"], line["value"])
        oid = self._commit(state, head, tree, header["summary"], header.get("description", ""))
        said: dict[str, Any] = {"success": True, "commitOid": oid, "commitUrl": f"/datasets/{repo}/commit/{oid}"}
        if pull:
            number = len(state["pulls"]) + 1
            state["pulls"].append({"ref": f"refs/pr/{number}", "commit": oid})
            said["pullRequestUrl"] = f"http://localhost/datasets/{repo}/discussions/{number}"
        else:
            state["branches"][rev] = oid
        self.save(repo, state)
        return said

    def _apply(self, tree: dict[str, Any], key: str, value: dict[str, Any]) -> None:
        if key == "file":
            tree[value["path"]] = self._store(base64.b64decode(value["content"]))
        elif key == "lfsFile":
            if not self.has(value["oid"]):
                raise Refused(400, "", f"LFS object {value['oid']} was not uploaded")
            size = (self.root / "objects" / value["oid"]).stat().st_size
            tree[value["path"]] = {"oid": blob_oid(_pointer(value["oid"], size)), "size": size, "sha256": value["oid"]}
        elif key == "deletedFile":
            if value["path"] not in tree:
                raise Refused(404, "EntryNotFound", f"{value['path']} does not exist")
            del tree[value["path"]]
        elif key == "deletedFolder":
            for path in [path for path in tree if path.startswith(value["path"].rstrip("/") + "/")]:
                del tree[path]

    def _store(self, content: bytes) -> dict[str, Any]:
        oid = blob_oid(content)
        (self.root / "objects" / oid).write_bytes(content)
        return {"oid": oid, "size": len(content)}

    def _commit(
        self, state: dict[str, Any], parent: str | None, tree: dict[str, Any], title: str, message: str = ""
    ) -> str:
        made = {"parent": parent, "tree": tree, "title": title, "message": message, "number": len(state["commits"])}
        oid = hashlib.sha1(json.dumps(made, sort_keys=True).encode()).hexdigest()
        state["commits"][oid] = made
        return oid

    def _path(self, repo: str) -> Path:
        return self.root / "repos" / (repo.replace("/", "--") + ".json")


def _pointer(oid: str, size: int) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n".encode()


def listed(path: str, file: dict[str, Any]) -> dict[str, Any]:
    """A file as the tree shows it."""
    entry = {"type": "file", "path": path, "oid": file["oid"], "size": file["size"]}
    if "sha256" in file:
        entry["lfs"] = {"oid": file["sha256"], "size": file["size"], "pointerSize": len(_pointer(file["sha256"], 0))}
    return entry


class Handler(BaseHTTPRequestHandler):
    """One request: find the step, apply a fault, answer."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on stderr; `/_log` has it."""

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        self.query = parse_qs(parts.query)
        self.body = self._body()
        path = parts.path
        if path == "/_fault":
            self.hub.faults.append({"times": 1, "skip": 0, **json.loads(self.body)})
            return self._answer(200, {})
        if path == "/_log":
            return self._answer(200, self.hub.log)
        method = "GET" if self.command == "HEAD" else self.command
        for step, (wanted, pattern) in ROUTES.items():
            found = re.fullmatch(pattern, path)
            if found and wanted == method:
                groups = {key: unquote(value) for key, value in found.groupdict().items() if value is not None}
                return self._step(step, groups)
        return self._answer(404, {"error": "not found"}, {"X-Error-Code": "EntryNotFound", "X-Error-Message": path})

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle  # noqa: N815

    def _step(self, step: str, groups: dict[str, str]) -> None:
        self.fault = fault = self._fault(step)
        if fault == "drop":
            self.hub.log.append([step, self.command, self.path, 0])
            return self._hang_up()
        try:
            if fault.isdigit():
                code = "" if fault != "401" else "Unauthorized"
                raise Refused(int(fault), code, f"a fault was set: {fault}")
            if step not in ("resolve", "whoami", "put", "verify") and self.command != "GET":
                self._authorised()
            if step == "whoami":
                self._authorised()
            with self.hub.lock:
                status, said = getattr(self, f"_{step}")(**groups)
        except Refused as refused:
            headers = {"X-Error-Code": refused.code, "X-Error-Message": refused.message}
            status, said = refused.status, {"error": refused.message}
            self.hub.log.append([step, self.command, self.path, status])
            return self._answer(status, said, {k: v for k, v in headers.items() if v})
        self.hub.log.append([step, self.command, self.path, status])
        if fault == "reply_lost":
            return self._hang_up()
        if said is not None:
            self._answer(status, said)
        return None

    def _fault(self, step: str) -> str:
        for fault in self.hub.faults:
            if fault["step"] == step and fault["times"]:
                if fault["skip"]:
                    fault["skip"] -= 1
                    return ""
                fault["times"] -= 1
                return str(fault["kind"])
        return ""

    def _authorised(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "", "Invalid credentials in Authorization header")

    def _private(self, state: dict[str, Any]) -> None:
        if state["private"] and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "RepoNotFound", "Repository not found")

    # the steps

    def _whoami(self) -> tuple[int, Any]:
        access = {"accessToken": {"displayName": "test", "role": "write"}}
        return 200, {"type": "user", "name": self.hub.owner, "fullname": self.hub.owner, "orgs": [], "auth": access}

    def _create(self) -> tuple[int, Any]:
        said = json.loads(self.body)
        repo = f"{said.get('organization') or self.hub.owner}/{said['name']}"
        url = f"{self._base()}/datasets/{repo}"
        try:
            self.hub.create(repo, said.get("visibility") == "private" or bool(said.get("private")))
        except Refused as refused:
            return refused.status, {"url": url, "error": refused.message}
        return 200, {"url": url, "name": repo}

    def _delete(self) -> tuple[int, Any]:
        said = json.loads(self.body)
        self.hub.remove(f"{said.get('organization') or self.hub.owner}/{said['name']}")
        return 200, {}

    def _validate(self) -> tuple[int, Any]:
        content = json.loads(self.body)["content"]
        errors = [] if content.startswith("---\n") else [{"message": "no metadata"}]
        return (400 if errors else 200), {"errors": errors, "warnings": []}

    def _info(self, repo: str, rev: str = "main") -> tuple[int, Any]:
        state = self.hub.load(repo)
        self._private(state)
        oid = self.hub.resolve(state, rev)
        files = [{"rfilename": path} for path in sorted(state["commits"][oid]["tree"])]
        flags = {"private": state["private"], "disabled": False, "gated": False, "downloads": 0, "likes": 0}
        times = {"lastModified": "2024-01-01T00:00:00.000Z", "createdAt": "2024-01-01T00:00:00.000Z"}
        return 200, {"id": repo, "_id": repo, "sha": oid, "tags": [], "siblings": files, **flags, **times}

    def _tree(self, repo: str, rev: str, path: str = "") -> tuple[int, Any]:
        state = self.hub.load(repo)
        self._private(state)
        files = self.hub.tree(state, rev)
        head = f"{path}/" if path else ""
        below = {name: file for name, file in files.items() if name.startswith(head)}
        if path and not below:
            raise Refused(404, "EntryNotFound", f"{path} does not exist on {rev}")
        return 200, self._lied(self._entries(below, head, "recursive" in self.query))

    def _entries(self, files: dict[str, Any], head: str, deep: bool) -> list[dict[str, Any]]:
        folders, entries = set(), []
        for name, file in sorted(files.items()):
            inner = name[len(head) :].split("/")
            folders.update(head + "/".join(inner[:n]) for n in range(1, len(inner) if deep else min(2, len(inner))))
            if deep or len(inner) == 1:
                entries.append(listed(name, file))
        return [{"type": "directory", "oid": "0" * 40, "size": 0, "path": name} for name in sorted(folders)] + entries

    def _lied(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for entry in entries if self.fault == "wrong_digest" else ():
            if "lfs" in entry:
                entry["lfs"]["oid"] = "0" * 64
                break
        return entries

    def _paths(self, repo: str, rev: str) -> tuple[int, Any]:
        json_body = self.headers.get("Content-Type", "").startswith("application/json")
        wanted = json.loads(self.body)["paths"] if json_body else parse_qs(self.body.decode())["paths"]
        files = self.hub.tree(self.hub.load(repo), rev)
        return 200, self._lied([listed(path, files[path]) for path in wanted if path in files])

    def _preupload(self, repo: str, rev: str) -> tuple[int, Any]:
        state = self.hub.load(repo)
        files = self.hub.tree(state, rev) if state["commits"] else {}
        said = []
        for file in json.loads(self.body)["files"]:
            lfs = file["size"] > LFS_BYTES or file["path"].endswith(LFS_ENDINGS)
            entry = {"path": file["path"], "uploadMode": "lfs" if lfs else "regular", "shouldIgnore": False}
            if file["path"] in files:
                entry["oid"] = files[file["path"]].get("sha256") or files[file["path"]]["oid"]
            said.append(entry)
        return 200, {"files": said}

    def _batch(self, repo: str) -> tuple[int, Any]:
        self.hub.load(repo)
        said = []
        for one in json.loads(self.body)["objects"]:
            entry = {"oid": one["oid"], "size": one["size"]}
            if not self.hub.has(one["oid"]):
                upload = {"href": f"{self._base()}/_objects/{one['oid']}", "header": {}}
                entry["actions"] = {"upload": upload, "verify": {"href": f"{self._base()}/_verify", "header": {}}}
            said.append(entry)
        return 200, {"transfer": "basic", "objects": said}

    def _put(self, oid: str) -> tuple[int, Any]:
        self.hub.put(oid, self.body)
        return 200, {}

    def _verify(self) -> tuple[int, Any]:
        if not self.hub.has(json.loads(self.body)["oid"]):
            raise Refused(404, "", "no such object")
        return 200, {}

    def _commit(self, repo: str, rev: str) -> tuple[int, Any]:
        lines = [json.loads(line) for line in self.body.splitlines() if line.strip()]
        return 200, self.hub.commit(repo, rev, lines, "create_pr" in self.query)

    def _tag(self, repo: str, rev: str) -> tuple[int, Any]:
        state, name = self.hub.load(repo), json.loads(self.body)["tag"]
        if name in state["tags"]:
            raise Refused(409, "", f"Tag {name} exists already")
        state["tags"][name] = self.hub.resolve(state, rev)
        self.hub.save(repo, state)
        return 200, {}

    def _untag(self, repo: str, rev: str) -> tuple[int, Any]:
        state = self.hub.load(repo)
        state["tags"].pop(rev, None)
        self.hub.save(repo, state)
        return 200, {}

    def _branch(self, repo: str, rev: str) -> tuple[int, Any]:
        state = self.hub.load(repo)
        if rev in state["branches"]:
            raise Refused(409, "", f"Branch {rev} exists already")
        state["branches"][rev] = self.hub.resolve(state, json.loads(self.body or b"{}").get("startingPoint", "main"))
        self.hub.save(repo, state)
        return 200, {}

    def _refs(self, repo: str) -> tuple[int, Any]:
        state = self.hub.load(repo)
        self._private(state)

        def named(kind: str, names: dict[str, str]) -> list[dict[str, str]]:
            return [{"name": n, "ref": f"refs/{kind}/{n}", "targetCommit": oid} for n, oid in names.items()]

        pulls = [{"name": p["ref"][5:], "ref": p["ref"], "targetCommit": p["commit"]} for p in state["pulls"]]
        said = {"branches": named("heads", state["branches"]), "tags": named("tags", state["tags"]), "converts": []}
        return 200, {**said, "pullRequests": pulls}

    def _commits(self, repo: str, rev: str) -> tuple[int, Any]:
        state = self.hub.load(repo)
        oid: str | None = self.hub.resolve(state, rev)
        said = []
        while oid:
            one = state["commits"][oid]
            about = {"title": one["title"], "message": one["message"], "date": "2024-01-01T00:00:00.000Z"}
            said.append({"id": oid, "authors": [{"user": self.hub.owner}], **about})
            oid = one["parent"]
        return 200, said

    def _resolve(self, repo: str, rev: str, path: str) -> tuple[int, Any]:
        state = self.hub.load(repo)
        self._private(state)
        oid = self.hub.resolve(state, rev)
        file = state["commits"][oid]["tree"].get(path)
        if file is None:
            raise Refused(404, "EntryNotFound", f"{path} does not exist on {rev}")
        content = self.hub.content(file)
        headers = {"X-Repo-Commit": oid, "ETag": f'"{file.get("sha256") or file["oid"]}"', "Accept-Ranges": "bytes"}
        if "sha256" in file:
            headers |= {"X-Linked-Etag": f'"{file["sha256"]}"', "X-Linked-Size": str(file["size"])}
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if wanted and content:
            first = int(wanted[1]) if wanted[1] else max(0, len(content) - int(wanted[2]))
            last = min(int(wanted[2]), len(content) - 1) if wanted[1] and wanted[2] else len(content) - 1
            headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            self._send(206, content[first : last + 1], headers)
            return 206, None
        self._send(200, content, headers)
        return 200, None

    # the wire

    def _base(self) -> str:
        return f"http://{self.headers['Host']}"

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(said).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        half = len(content) // 2 if getattr(self, "fault", "") == "slow" else 0
        if half:
            self.wfile.write(content[:half])
            self.wfile.flush()
            time.sleep(0.5)
        self.wfile.write(content[half:])

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class Server(ThreadingHTTPServer):
    """Serves one Hub on loopback."""

    daemon_threads = True

    def __init__(self, root: Path, port: int = 0) -> None:
        self.hub = Hub(root)
        super().__init__(("127.0.0.1", port), type("HubHandler", (Handler,), {"hub": self.hub}))

    @property
    def url(self) -> str:
        """The endpoint for clients."""
        return f"http://127.0.0.1:{self.server_address[1]}"


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--root", type=Path, default=Path("hub-state"), help="folder of the state")
    said = parser.parse_args()
    server = Server(said.root, said.port)
    print(f"HF_ENDPOINT={server.url} HF_TOKEN={TOKEN} HF_HUB_DISABLE_XET=1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
