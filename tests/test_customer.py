"""Who is taken for the customer, and why; and who is meant by a name."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjbpmn import lexicon
from cjbpmn.customer import (
    CONFIDENT,
    CustomerCandidate,
    customer_nodes,
    find_customer_candidates,
    resolve_customer,
)
from cjbpmn.document import read_document
from cjbpmn.errors import AmbiguousCustomer, AmbiguousReference, ElementNotFound
from cjbpmn.graph import Flow, FlowNode, Lane, Participant, ProcessGraph, build_graph

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMERS = {
    "en": "Customer|CUSTOMERS|The customer|Client|New Customer|Private customer|Hotel guest"
    "|Customer of the bank|Customer / Client|Customer (VIP)|Customer 1|Customer Lane|Bank Customer"
    "|Policyholder|Policy holder|Insured|Loan applicant|Account holder|Passengers|Taxpayer"
    "|Costumer|Custommer|Restaurant guest|Citizen|Potential client|External client|University student"
    "|Insured person|Insured party|Homeowner|Library member|Complainant|Customer actions"
    "|Customer organisation",
    "de": "Kunde|Kundin|Kunden|Kunde/Kundin|Kund*innen|Kunde(n)|Großkunde|Endkunde|Neuer Kunde"
    "|Kunde der Bank|Gast|Gäste|Hotelgast|Gast (Nahrungsaufnahme)|Nahrungsaufnahme (Gast)|fs Gast"
    "|Versicherungsnehmer|Versicherungsnehmer (VN)|VN|Versicherter|Versichrungsnehmer"
    "|Versicherungs- nehmer|Antragsteller:in|Käufer|KÃ¤ufer|Fahrgäste|Bürgerin|Versicherte Person"
    "|Antragstellende|Fahrzeughalter|Anrufer|Leasingnehmer|Kundenseite",
    "nl": "Klant|klanten|De klant|Nieuwe klant|Particuliere klant|Klant van de bank|Eindklant"
    "|Cliënt|Patiënt|Inwoner|Aanvrager|Verzekerde|Verzekeringnemer|Huurder|Reiziger|Hotelgasten"
    "|Pensioendeelnemer|Bewoner|Debiteur|Klantacties",
    "fr": "Client|Cliente|Client(e)|Le client|Nouveau client|Client particulier|L'assuré"
    "|Client de la banque|Usager|Acheteuse|Locataire|Étudiant|Visiteurs|Passagère|Consommatrice"
    "|Internaute|Personne assurée|Étudiant étranger|Actions du client",
    "es": "Cliente|El cliente|Clientes|Cliente nuevo|Nuevo cliente|Cliente del banco|Compradora"
    "|Ciudadana|Solicitante|Asegurado|Huésped|Alumno|Cliente particular|Comensal|Postulante"
    "|Afiliada|Persona asegurada|Estudiante universitario|Cliente corporativo",
    "pt": "Cliente|O cliente|Novo cliente|Cliente do banco|Cidadãos|Hóspede|Segurado|Requerente"
    "|Passageiro|Encarregado de educação|Locatário|Estudante universitário",
    "it": "Cliente|Clienti|Il cliente|Nuovo cliente|Cliente della banca|Cittadini|Assicurato"
    "|Studentessa|Viaggiatrice|Richiedente|Condomino|Persona assicurata",
    "pl": "Klient|Klienci|Klientka|Nowy klient|Klient banku|Klient indywidualny|Pacjenci|Goście"
    "|Wnioskodawca|Ubezpieczony|Uczeń|Posiadacz rachunku|Czytelnik|Osoba ubezpieczona",
}
ELSEWHERE = {
    "ar": "العميل|المريض",
    "bg": "Клиент",
    "cs": "Zákazník|Nový zákazník|Žadatel|Pacient",
    "da": "Kunde|Borger|Ansøger",
    "el": "Πελάτης|Νέος πελάτης",
    "fa": "مشتری",
    "fi": "Asiakas|Uusi asiakas|Potilas",
    "he": "לקוח",
    "hr": "Kupac|Novi kupac",
    "hu": "Ügyfél|Új ügyfél",
    "id": "Pelanggan|Pelanggan baru",
    "ja": "顧客|お客様|法人顧客|お客様\N{FULLWIDTH LEFT PARENTHESIS}個人\N{FULLWIDTH RIGHT PARENTHESIS}|患者様",
    "ko": "고객|개인 고객|신규고객|환자",
    "no": "Kunde|Innbygger|Søker",
    "ro": "Client|Client nou|Cetățean",
    "ru": "Клиент|клиент|Новый клиент|Клиент банка|Покупатель|Пациентка|Заёмщик|Гость / Клиент",
    "sk": "Zákazník|Žiadateľ",
    "sl": "Kupec",
    "sv": "Kund|Ny kund|Medborgare",
    "tr": "Müşteri|Yeni müşteri|Hasta",
    "uk": "Клієнт|Новий клієнт",
    "vi": "Khách hàng|Khách hàng cá nhân|Storefront (Khách hàng)",
    "zh": "客户|客戶|新客户|企业客户|客户\N{FULLWIDTH LEFT PARENTHESIS}外部\N{FULLWIDTH RIGHT PARENTHESIS}|患者",
}
OTHERS = {
    "en": "Customer Service|CustomerService|Customer Support Team|Private Customer Account Manager"
    "|Customer Onboarding|CRM|Customer Data|Customer Portal|Schufa Client (Bank)|Client Service"
    "|Patient Record|Insurance|Insurer|Insurant Recourse|Accountant|Notify customer|Guest house"
    "|Inform the customer|User|Employee|Candidate|Member Services|Board member|Web client|I|me"
    "|Visitor Center|Customer Journey|Bank|Customs|Request|Pool 1|Lane|Kafka consumer|Email client"
    "|Customer bank|Payer|Third party|Complaint|Parent process",
    "de": "Kundenservice|Kunden-Service|Kundenberater|Kundendaten|Kundenauftrag|Gaststätte"
    "|Gastgeber|Bestellerfassung|Firmenpersonal|Versicherung|Versicherer|Ich|Kundgebung"
    "|Regressnahme VN|Regressnahme eines VN|VN in Regress nehmen|Verkäufer|Einkäufer|Vermieter"
    "|Prozessbeschreibung Versicherungsnehmer|Urkunde|Sekunde|Kunden informieren|Bewerber"
    "|Sachbearbeiter der Versicherung|Sachbearbeiter (Kunde)|Bestellen|Werkstudent|Bürgerbüro"
    "|Versicherungsgeber|externe",
    "nl": "Klantenservice|Klantcontactcentrum|KCC|Klantmanager|Klantgegevens|Klant bellen|Verkoper"
    "|Medewerker klantenservice|Verhuurder|Verzekeraar|Verzekeringgever|Burgerzaken|Boekhouder"
    "|Adviseur van de klant|Intake klant|Gebruiker",
    "fr": "Service client|Chargé de clientèle|Dossier client|Compte client|Assureur|Hôte"
    "|Conseiller client|Informer le client|Relation client|Parcours patient|Utilisateur",
    "es": "Atención al cliente|Gestor de clientes|Datos del cliente|Aseguradora|Asegurador|Usuario"
    "|Servicio al cliente|Informar al cliente",
    "pt": "Apoio ao cliente|Atendimento ao cliente|Dados do cliente|Seguradora|Usuário"
    "|Informar o cliente|Gestor de conta",
    "it": "Servizio clienti|Gestore clienti|Dati cliente|Anagrafica|Assicuratore|Ospite"
    "|Informare il cliente",
    "pl": "Obsługa klienta|Doradca klienta|Dane klienta|Konto klienta|Ubezpieczyciel"
    "|Biuro obsługi klienta|Poinformować klienta",
    "ar": "خدمة العملاء",
    "cs": "Zákaznická podpora",
    "fi": "Asiakaspalvelu",
    "hu": "Ügyfélszolgálat",
    "id": "Layanan Pelanggan",
    "ja": "顧客管理|お客様相談室|利用者",
    "ko": "고객센터|고객 지원팀|기구",
    "ru": "Клиентский отдел|Отдел клиентов|Банк клиента|Пользователь",
    "sv": "Kundtjänst|Sekund",
    "tr": "Müşteri Hizmetleri",
    "vi": "Chăm sóc khách hàng",
    "zh": "客户经理|客户服务中心|客户端|用户",
}
ELSEWHERE_WORDS = tomllib.loads((files("cjbpmn") / "customer_words.toml").read_text("utf-8"))


def names(table: dict[str, str]) -> list[object]:
    return [
        pytest.param(name, id=f"{language} {name}")
        for language, listed in table.items()
        for name in listed.split("|")
    ]


def model(
    pools: dict[str, str],
    lanes: dict[str, tuple[str, str]] | None = None,
    nodes: dict[str, tuple[str, str, str]] | None = None,
    messages: list[tuple[str, str]] | None = None,
) -> ProcessGraph:
    """Build a graph: pools by id, lanes as (pool or lane, name), nodes as (holder, type, name)."""
    found: dict[str, Lane] = {}
    for lane, (outer, name) in (lanes or {}).items():
        parent = found.get(outer)
        pool = parent.participant if parent else outer
        found[lane] = Lane(lane, name, None, pool, parent.id if parent else None)
    inside = {
        node: FlowNode(
            node,
            kind,
            name,
            participant=found[holder].participant if holder in found else holder,
            lane=holder if holder in found else None,
        )
        for node, (holder, kind, name) in (nodes or {}).items()
    }
    borders = {
        pool: FlowNode(pool, "participant", name, participant=pool) for pool, name in pools.items()
    }
    flows = {
        f"m{number}": Flow(f"m{number}", "message", source, target)
        for number, (source, target) in enumerate(messages or [])
    }
    participants = {pool: Participant(pool, name) for pool, name in pools.items()}
    return ProcessGraph({**inside, **borders}, flows, participants, found)


def confidence(graph: ProcessGraph, identifier: str) -> float:
    found = {candidate.id: candidate.confidence for candidate in find_customer_candidates(graph)}
    return found.get(identifier, 0.0)


RESTAURANT = model(
    {"eating": "Nahrungsaufnahme", "serving": "Bestellungsbearbeitung"},
    nodes={
        "hungry": ("eating", "startEvent", "Hunger verspürt"),
        "order": ("eating", "task", "Bestellung aufgeben"),
        "pay": ("eating", "task", "Gericht bezahlen"),
        "eat": ("eating", "task", "Mahlzeit verzehren"),
        "ordered": ("serving", "startEvent", "Bestellung erhalten"),
        "collect": ("serving", "task", "Geld kassieren"),
        "hand over": ("serving", "task", "Essen an Gast übergeben"),
    },
    messages=[("order", "ordered"), ("pay", "collect"), ("hand over", "eat")],
)


@pytest.mark.parametrize("name", [*names(CUSTOMERS), *names(ELSEWHERE)])
def test_a_pool_is_a_customer_by_its_name(name: str) -> None:
    assert confidence(model({"a": name}), "a") >= CONFIDENT


@pytest.mark.parametrize("name", names(OTHERS))
def test_a_pool_is_not_a_customer_by_a_name_that_only_sounds_so(name: str) -> None:
    assert confidence(model({"a": name}), "a") < CONFIDENT


@pytest.mark.parametrize("name", names(CUSTOMERS))
def test_a_lane_is_a_customer_by_its_name(name: str) -> None:
    graph = model({"a": "Insurance company"}, {"b": ("a", name), "c": ("a", "Clerk")})
    assert resolve_customer(graph) == {"b"}


def test_the_id_tells_who_a_pool_or_lane_without_a_name_is() -> None:
    lanes = {"Lane_CustomerService": ("Pool_2", ""), "lane_patient": ("Pool_2", "Lane 1")}
    assert resolve_customer(model({"Pool_2": "Bank"}, lanes)) == {"lane_patient"}
    pools = {"Participant_Client": "", "Participant_0gast1": "", "Customer": "Bank"}
    graph = model(pools)
    assert resolve_customer(graph) == {"Participant_Client"}
    [candidate] = find_customer_candidates(graph)
    assert candidate.reasons[0] == 'its id is a word for a customer: "client"'
    with pytest.raises(AmbiguousCustomer, match='--customer "Participant_Client"'):
        resolve_customer(model({**pools, "d": "Buyer"}))


def test_a_candidate_tells_why() -> None:
    graph = model({"a": "Guest", "b": "Waiter"}, messages=[("a", "b")])
    assert find_customer_candidates(graph) == [
        CustomerCandidate(
            "a",
            "participant",
            "Guest",
            0.98,
            ('its name is a word for a customer: "guest"', "it is a black box"),
        )
    ]


def test_what_speaks_against_it_is_said_too() -> None:
    clerk = {f"n{n}": ("b", "userTask", f"Check invoice {n}") for n in range(6)}
    [candidate] = find_customer_candidates(model({"a": ""}, {"b": ("a", "Policy holder")}, clerk))
    assert candidate.confidence < CONFIDENT
    assert candidate.reasons[-1] == "but what is done in it is work on cases"


def test_a_pool_named_like_the_file_bears_the_name_of_a_process() -> None:
    graph = model({"a": "Guest food consumption"})
    titled = replace(graph, path="models/guest-food-consumption.bpmn")
    assert confidence(titled, "a") < confidence(graph, "a") < CONFIDENT


def test_the_likeliest_stands_first_then_the_order_of_the_document() -> None:
    graph = model({"a": "User", "b": "Guest", "c": "Guest", "d": "Bank"})
    assert [candidate.id for candidate in find_customer_candidates(graph)] == ["b", "c", "a"]


def test_a_pool_named_after_what_customers_do_is_known_by_what_is_done_in_it() -> None:
    assert confidence(RESTAURANT, "eating") >= CONFIDENT
    assert confidence(RESTAURANT, "serving") < CONFIDENT


def test_who_only_behaves_like_a_customer_is_doubted_beside_somebody_called_so() -> None:
    pools = {**RESTAURANT.participants, "guest": Participant("guest", "Guest")}
    assert resolve_customer(replace(RESTAURANT, participants=pools)) == {"guest"}


def test_the_first_person_is_a_sign_but_no_proof() -> None:
    labels = {"a": "I look for a doctor", "b": "I call the practice", "c": "I wait"}
    nodes = {node: ("p", "task", label) for node, label in labels.items()}
    assert 0.5 < confidence(model({"p": "My health"}, nodes=nodes), "p") < CONFIDENT


def test_a_machine_is_hardly_a_customer() -> None:
    steps = {f"n{n}": ("a", "serviceTask", "Do") for n in range(3)}
    by_hand = {f"n{n}": ("a", "task", "Do") for n in range(3)}
    assert confidence(model({"a": "Client"}, nodes=steps), "a") < confidence(
        model({"a": "Client"}, nodes=by_hand), "a"
    )


@pytest.mark.parametrize("name", ["", "Lane", "Lane 1", "Pool"])
def test_a_lane_without_a_name_of_its_own_is_whoever_its_pool_is(name: str) -> None:
    graph = model({"a": "Guest", "b": "Chef"}, {"c": ("a", name), "d": ("b", name)})
    assert resolve_customer(graph) == {"a", "c"}
    [lane] = (one for one in find_customer_candidates(graph) if one.id == "c")
    assert lane.reasons[0] == 'it is a lane of "Guest"'


@pytest.mark.parametrize("name", ["", "Pool 1", "Nahrungsaufnahme", "Mein Pool"])
def test_a_pool_is_whoever_all_its_lanes_are(name: str) -> None:
    assert resolve_customer(model({"a": name}, {"b": ("a", "Gast")})) == {"a", "b"}
    assert resolve_customer(model({"a": name}, {"b": ("a", "Gast"), "c": ("a", "Koch")})) == {"b"}


def test_a_pool_that_is_called_an_office_stays_one_whatever_its_lane_is() -> None:
    assert resolve_customer(model({"a": "Restaurant"}, {"b": ("a", "Guest")})) == {"b"}


def test_lanes_of_a_customer_are_customers_unless_people_at_work_stand_there() -> None:
    family = model({"a": "Family", "b": "School"}, {"c": ("a", "Child"), "d": ("a", "Parent")})
    assert resolve_customer(family) == {"a", "c", "d"}
    nodes = {"n": ("s", "task", "Quote"), "m": ("o", "task", "Ship")}
    shop = model({"a": "Customer"}, {"s": ("a", "Sales"), "o": ("a", "Operations")}, nodes)
    assert resolve_customer(shop) == frozenset()


def test_lanes_in_lanes() -> None:
    graph = model(
        {"a": "Shop"},
        {"b": ("a", "Customers"), "c": ("b", "Small ones"), "d": ("b", ""), "e": ("a", "Clerk")},
        {"n": ("c", "task", "Order"), "m": ("e", "task", "Sell")},
    )
    assert resolve_customer(graph) == {"b", "c", "d"}
    assert customer_nodes(graph, ["b"]) == {"n"}


def test_a_private_person_is_a_customer_with_a_second_sign_only() -> None:
    lanes = {"b": ("a", "Child"), "c": ("a", "Teacher")}
    assert confidence(model({"a": "Kindergarten"}, lanes), "b") < CONFIDENT
    assert confidence(model({"a": "Family", "b": "Canteen"}), "a") >= CONFIDENT


@pytest.mark.parametrize(
    ("noun", "rival", "somebody"),
    [
        ("Client", "Web server", "Shop"),
        ("Buyer", "Supplier", "Carrier"),
        ("Käufer", "Lieferant", ""),
    ],
)
def test_a_word_for_a_customer_is_doubted_where_there_is_nobody_but_its_rival(
    noun: str, rival: str, somebody: str
) -> None:
    pools = {"a": noun, "b": rival}
    assert confidence(model(pools), "a") < CONFIDENT
    assert confidence(model({**pools, "c": somebody}), "a") >= CONFIDENT
    lanes = {"d": ("c", noun), "e": ("c", "Approver")}
    assert confidence(model({"c": "Company", "b": rival}, lanes), "d") < CONFIDENT
    lanes = {"d": ("c", noun), "e": ("c", rival)}
    assert confidence(model({"c": "Sale"}, lanes), "d") < CONFIDENT


@pytest.mark.parametrize(
    ("noun", "colleague", "clerk"),
    [
        ("Antragsteller", "Personalabteilung", "Sachbearbeiter"),
        ("Solicitante", "Jefe inmediato", "Mesa de partes"),
        ("Aanvrager", "Leidinggevende", "Vergunningverlener"),
        ("Demandeur", "RH", "Guichet"),
        ("Applicant", "HR", "Loan officer"),
    ],
)
def test_who_asks_the_own_superior_for_something_is_no_customer(
    noun: str, colleague: str, clerk: str
) -> None:
    lanes = {"a": ("p", noun), "b": ("p", colleague), "c": ("p", clerk)}
    assert resolve_customer(model({"p": "Request"}, lanes)) == frozenset()
    del lanes["b"]
    assert resolve_customer(model({"p": "Request"}, lanes)) == {"a"}
    assert resolve_customer(model({"a": noun, "b": colleague})) == {"a"}


def test_parents_are_customers_with_a_second_sign_only() -> None:
    structure = model({"a": "Process"}, {"b": ("a", "Parent"), "c": ("a", "Child")})
    assert resolve_customer(structure) == frozenset()
    assert resolve_customer(model({"a": "Parents", "b": "School"})) == {"a"}


def test_nobody_is_found_where_nobody_is() -> None:
    assert find_customer_candidates(model({})) == []
    assert find_customer_candidates(model({"a": "", "b": "Shop"}, {"c": ("a", "")})) == []
    assert resolve_customer(model({"a": ""})) == frozenset()


def test_a_name_or_an_id_goes_before_everything() -> None:
    graph = replace(model({"a": "Guest", "b": "Straße  nach\nRom"}), customers=("a",))
    assert resolve_customer(graph, ["b"]) == {"b"}
    assert resolve_customer(graph, ["STRASSE nach Rom"]) == {"b"}
    assert resolve_customer(graph, ["Guest", "b"]) == {"a", "b"}
    assert resolve_customer(graph, "Guest") == {"a"}


def test_names_are_equal_however_their_accents_are_written() -> None:
    assert resolve_customer(model({"a": "Cliënt"}), ["Clie\N{COMBINING DIAERESIS}nt"]) == {"a"}


def test_what_the_file_declares_goes_before_what_we_find() -> None:
    graph = model({"a": "Guest", "b": "Shop"})
    assert resolve_customer(replace(graph, customers=("b",))) == {"b"}
    assert resolve_customer(graph) == {"a"}


def test_a_pool_and_its_lane_of_one_name_are_one_customer() -> None:
    graph = model({"a": "Guest"}, {"b": ("a", "guest"), "c": ("b", "Guest")})
    assert resolve_customer(graph, ["Guest"]) == {"a", "b", "c"}


def test_two_strangers_of_one_name_are_ambiguous() -> None:
    graph = model({"a": "Shop", "b": "Bank"}, {"c": ("a", "Clerk"), "d": ("b", "Clerk")})
    with pytest.raises(AmbiguousReference) as caught:
        resolve_customer(graph, ["Clerk"])
    for part in ('lane "Clerk" (c) in pool "Shop"', "(d)", "give the id"):
        assert part in str(caught.value)


def test_an_unknown_name_is_told_what_there_is() -> None:
    graph = model({"a": "Customer", "b": "Shop"})
    with pytest.raises(ElementNotFound) as caught:
        resolve_customer(graph, ["Custmer"])
    message = str(caught.value)
    assert 'did you mean "Customer"?' in message
    assert '"Shop" (b)' in message
    with pytest.raises(ElementNotFound, match="the model has neither"):
        resolve_customer(model({}), ["Customer"])
    with pytest.raises(ElementNotFound):
        resolve_customer(model({"a": ""}), [""])


def test_two_different_customers_are_refused_with_what_to_do() -> None:
    graph = replace(model({"a": "Kunde", "b": "Käufer", "c": "Shop"}), path="claims.bpmn")
    with pytest.raises(AmbiguousCustomer) as caught:
        resolve_customer(graph)
    message = str(caught.value)
    assert message.startswith("claims.bpmn: 2 pools or lanes look like the customer")
    for part in ('pool "Kunde" (a)', 'pool "Käufer" (b)', '--customer "Kunde"'):
        assert part in message
    assert resolve_customer(graph, ["Kunde", "Käufer"]) == {"a", "b"}


def test_customers_of_one_name_are_one_customer() -> None:
    graph = model({"a": "Shop", "b": "Bank"}, {"c": ("a", "Customer"), "d": ("a", "Clerk")})
    lanes = {**graph.lanes, "e": Lane("e", "customer", None, "b"), "f": Lane("f", "It", None, "b")}
    assert resolve_customer(replace(graph, lanes=lanes)) == {"c", "e"}


def test_the_customer_has_the_nodes_in_the_pool_and_its_border() -> None:
    assert customer_nodes(RESTAURANT, {"eating"}) == {"eating", "hungry", "order", "pay", "eat"}
    assert customer_nodes(model({"a": "Guest", "b": "Shop"}), {"a"}) == {"a"}
    assert customer_nodes(RESTAURANT, ()) == frozenset()


def test_a_pool_in_which_only_the_customer_acts_is_the_customers() -> None:
    nodes = {"n": ("b", "task", "Eat"), "m": ("c", "task", "Cook")}
    lanes = {"b": ("a", "Guest"), "c": ("a", "Cook")}
    assert customer_nodes(model({"a": "Pool"}, lanes, nodes), {"b"}) == {"n"}
    assert customer_nodes(model({"a": "Pool"}, lanes, {"n": nodes["n"]}), {"b"}) == {"a", "n"}


def test_a_broken_model_with_one_id_for_pool_and_lane_ends() -> None:
    graph = model({"a": "Guest"}, nodes={"n": ("a", "task", "Eat")})
    broken = replace(graph, lanes={"a": Lane("a", "Guest", None, "a")})
    assert resolve_customer(broken) == {"a"}
    assert "n" in customer_nodes(broken, {"a"})


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_name_can_be_read(words: list[str]) -> None:
    graph = model({f"p{n}": word for n, word in enumerate(words)})
    for candidate in find_customer_candidates(graph):
        assert 0 < candidate.confidence < 1
        assert candidate.reasons


@pytest.mark.parametrize("language", lexicon.languages())
def test_every_language_says_the_same_things_about_customers(language: str) -> None:
    section = lexicon.words(language)["customer"]
    assert section.keys() == lexicon.words("en")["customer"].keys()
    assert section["head"] in {"first", "last"}
    assert section["verb"] in {"first", "last"}
    customers = set(map(lexicon.fold, lexicon.words(language)["roles"]["customer"]))
    for key in ("offices", "lookalikes", "unnamed", "links", "household"):
        assert not customers & set(map(lexicon.fold, section[key])), key


@pytest.mark.parametrize("language", ELSEWHERE)
def test_a_language_of_which_only_nouns_are_known_says_nothing_twice(language: str) -> None:
    section = ELSEWHERE_WORDS[language]
    assert section.keys() == {"head", "adjectives", "customer", "ambiguous"}
    assert section["head"] in {"first", "last", "end"}
    listed = [lexicon.fold(word) for word in (*section["customer"], *section["ambiguous"])]
    assert len(listed) == len(set(listed))
    ours = [lexicon.words(code)["customer"] for code in lexicon.languages()]
    for key in ("offices", "lookalikes", "unnamed", "household", "articles", "links"):
        others = {lexicon.fold(word) for words in ours for word in words[key]}
        assert not others.intersection(listed), key


def test_every_such_language_is_tried() -> None:
    assert ELSEWHERE_WORDS.keys() == ELSEWHERE.keys()


def test_the_customers_of_real_models_are_found(corpus: Path) -> None:
    right = wrong = missed = 0
    for path, labels in read_labels(corpus).items():
        graph = build_graph(read_document(corpus / path))
        found = {
            candidate.id
            for candidate in find_customer_candidates(graph)
            if candidate.confidence >= CONFIDENT
        }
        for identifier, label in labels.items():
            right += identifier in found and label == "customer"
            wrong += identifier in found and label != "customer"
            missed += identifier not in found and label == "customer"
    assert right / (right + wrong) >= 0.95
    assert right / (right + missed) >= 0.95


def read_labels(corpus: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    with (corpus / "customer_labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["label"] != "ambiguous":
                found.setdefault(row["path"], {})[row["element_id"]] = row["label"]
    return found
