from flask.testing import FlaskClient

from services.chassis import brand
from tests.gateway.components.html_checks import problems_of

PAGES = (
    "/composants",
    "/composants/onglets",
    "/composants/onglets?erreurs=1",
    "/composants/onglets?douze=1",
    "/composants/connexion",
    "/composants/introuvable",
)


def test_every_page_of_components_is_strict_html_with_a_name_for_everything(client: FlaskClient) -> None:
    assert {address: problems for address in PAGES if (problems := problems_of(client.get(address).text))} == {}


def test_the_title_tells_how_many_mistakes_there_are(client: FlaskClient) -> None:
    page = client.get("/composants/onglets?erreurs=1").text
    assert f"<title>Identification - 4 erreurs - {brand.SERVICE_TITLE}</title>" in page


def test_what_was_typed_is_given_back_as_typed(client: FlaskClient) -> None:
    page = client.post("/composants/onglets", data={"portable": '06 "23" <b>', "email": " x@"}).text
    assert 'value="06 &#34;23&#34; &lt;b&gt;"' in page
    assert 'value=" x@"' in page
