"""Clients that send little, late or nothing more: whatever they do, others log in and deposit."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import requests

from tests.attacks.crowd import HEADS, IDLE, crowd, multipart
from tests.attacks.replicas import PATIENCE, Site, a_large_pdf, logged_in, places
from tests.support.plain_browser import FROM_US

LARGEST = 5 * 1024 * 1024
WHERE_FILES_GO = f"/justificatifs/{'0' * 32}/depot/{'0' * 32}"


def test_thousands_of_slow_clients_keep_nobody_from_logging_in_and_depositing(site: Site) -> None:
    email = site.candidate()
    before, pid = served(site), site.proxy.pid
    with crowd(site.url, {IDLE: 5000, HEADS: 500, multipart(WHERE_FILES_GO): 500}) as them:
        deposits(site, email)
        assert them.is_there()
        assert site.proxy.lives
    assert site.proxy.pid == pid
    assert served(site) - before == 5, "the gateways met a slow client"


def test_files_sent_to_the_log_in_page_keep_nobody_from_depositing(site: Site) -> None:
    email = site.candidate()
    with crowd(site.url, {multipart("/connexion"): 96}):
        deposits(site, email)


def test_a_file_announced_to_a_page_that_takes_none_is_refused_unread(site: Site) -> None:
    where = urlsplit(site.direct.url)
    with socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=PATIENCE) as connection:
        connection.sendall(multipart("/connexion", host=urlsplit(site.url).netloc).first)
        assert connection.recv(65536).startswith(b"HTTP/1.1 415 ")


def test_a_file_sent_whole_to_a_page_that_takes_none_is_refused_by_a_page(site: Site) -> None:
    answer = requests.post(f"{site.url}/connexion", files={"fichier": b"content"}, headers=FROM_US, timeout=PATIENCE)
    assert answer.status_code == 415
    assert "Cette page ne reçoit pas de fichier" in answer.text


def deposits(site: Site, email: str) -> None:
    """Five requests: log-in, two pages, the largest file that is admitted, and the page that shows it."""
    visit = logged_in(site.url, email)
    place, *_ = places(site.url, visit)
    file = {"fichier": ("grande.pdf", a_large_pdf(LARGEST), "application/pdf")}
    answer = visit.post(place, files=file, allow_redirects=False, timeout=PATIENCE)
    assert answer.status_code == 303, answer.text
    assert "grande.pdf" in visit.get(f"{site.url}{answer.headers['Location']}", timeout=PATIENCE).text


def served(site: Site) -> int:
    return sum(replica.served() for replica in site.replicas)
