"""Each private service of the test run really serves, and comes back with its data after a stop."""

import io
import smtplib
import socket
from email.message import EmailMessage

import pika
import pika.exceptions
import psycopg
import pytest
from minio import Minio
from playwright.sync_api import Page

from tests.support.accessibility import violations
from tests.support.clamav import EICAR, ClamAV
from tests.support.missing_services import NotInstalled, skip_or_fail
from tests.support.nginx_proxy import Proxy
from tests.support.object_store import Bucket, ObjectStoreServer
from tests.support.ports import free_port
from tests.support.postgres import Postgres
from tests.support.processes import ServiceFailed, wait_until
from tests.support.rabbitmq import RabbitMQ
from tests.support.smtp import Mailbox


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))


def test_a_message_in_a_quorum_queue_outlives_a_stop_of_rabbitmq(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.fresh_vhost()
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("kept", durable=True, arguments={"x-queue-type": "quorum"})
        channel.basic_publish("", "kept", b"here", pika.BasicProperties(delivery_mode=2), mandatory=True)
    rabbitmq.stop()
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        pika.BlockingConnection(pika.URLParameters(url))
    rabbitmq.start()
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        assert connection.channel().basic_get("kept", auto_ack=True)[2] == b"here"


def test_a_restricted_user_of_rabbitmq_cannot_declare(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.restricted_user(rabbitmq.fresh_vhost(), configure="^$", write=".*", read=".*")
    with (
        pika.BlockingConnection(pika.URLParameters(url)) as connection,
        pytest.raises(pika.exceptions.ChannelClosedByBroker),
    ):
        connection.channel().queue_declare("mine", durable=True)


def test_databases_of_postgresql_are_apart_and_copied_from_their_template(postgres: Postgres) -> None:
    def prepare(url: str) -> None:
        with _connect(url) as connection:
            connection.execute("CREATE TABLE fact (name text)")

    template = postgres.template("with_a_table", prepare)
    first, second = postgres.fresh_database(template), postgres.fresh_database(template)
    with _connect(first) as connection:
        connection.execute("INSERT INTO fact VALUES ('Œuvrard')")
    with _connect(second) as connection:
        assert connection.execute("SELECT count(*) FROM fact").fetchone() == (0,)


def test_postgresql_keeps_its_data_over_a_stop(postgres: Postgres) -> None:
    url = postgres.fresh_database()
    with _connect(url) as connection:
        connection.execute("CREATE TABLE kept (name text)")
    postgres.stop()
    with pytest.raises(psycopg.OperationalError):
        _connect(url)
    postgres.start()
    with _connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_an_object_outlives_a_stop_of_the_store(objects: ObjectStoreServer, bucket: Bucket) -> None:
    store = Minio(
        bucket.endpoint, access_key=bucket.access_key, secret_key=bucket.secret_key, secure=False, region="us-east-1"
    )
    store.put_object(bucket.name, "a/b", io.BytesIO(b"content"), 7)
    objects.stop()
    objects.start()
    with store.get_object(bucket.name, "a/b") as answer:
        assert answer.read() == b"content"


def test_clamd_finds_the_test_file_and_nothing_in_text(clamav: ClamAV) -> None:
    assert b"FOUND" in _scan(clamav, EICAR)
    assert b"OK" in _scan(clamav, b"un texte sain")


def test_nginx_takes_the_proxys_configuration_as_it_is() -> None:
    try:
        proxy = Proxy(free_port())
    except NotInstalled as absence:
        skip_or_fail(absence)
    assert proxy.is_live
    assert "[warn]" not in proxy.log_text
    proxy.close()


def _scan(clamav: ClamAV, content: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", clamav.port), 10) as connection:
        connection.sendall(b"zINSTREAM\0" + len(content).to_bytes(4, "big") + content + bytes(4))
        return connection.recv(4096)


def test_a_mail_is_kept_and_a_refused_one_is_not(mailbox: Mailbox) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Activé", "portail@example.org", "a@example.org"
    mail.set_content("Ouvrez le lien.")
    with smtplib.SMTP("127.0.0.1", mailbox.port) as client:
        client.send_message(mail)
    assert mailbox.wait_for(to="A@example.org", subject="Activé").text == "Ouvrez le lien.\n"
    mailbox.refuse("550 No such address")
    with smtplib.SMTP("127.0.0.1", mailbox.port) as client, pytest.raises(smtplib.SMTPDataError):
        client.send_message(mail)
    assert len(mailbox.received) == 1


def test_the_browser_shows_a_page_as_a_visitor_in_paris_sees_it(page: Page) -> None:
    page.set_content("<h1>Portail</h1><script>document.title = new Date(0).getHours()</script>")
    assert page.get_by_role("heading").inner_text() == "Portail"
    assert page.title() == "1"


def test_an_image_without_text_is_found_by_axe(page: Page) -> None:
    page.set_content("<main><h1>Pièces</h1><img src='data:,'></main>")
    assert [line.split(":")[0] for line in violations(page) if "img" in line] == ["image-alt"]


def test_waiting_for_what_never_comes_says_what_was_awaited() -> None:
    with pytest.raises(ServiceFailed, match="the moon"):
        wait_until(lambda: False, 0.01, "the moon")
