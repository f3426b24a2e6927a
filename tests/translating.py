"""What tests of translations share: how texts stand, the translator's page, and agencies' files."""

import io
import re

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from lxml import etree

from casestudies import translations
from casestudies.models import CaseStudy

QUEUE = reverse("admin:casestudies_translations_queue")
FILE, UPLOAD = (reverse(f"admin:casestudies_translations_{name}") for name in ("file", "upload"))
FORMATS = ("xlf", "xlsx")


def states(study: CaseStudy, language: str = "ru") -> dict[str, str]:
    study = CaseStudy.objects.get(pk=study.pk)
    return {text.field: text.state.value for text in translations.states(study, language)}


def edit(study: CaseStudy, **fields) -> None:
    """Change a study as a program does that knows nothing of translations."""
    CaseStudy.objects.filter(pk=study.pk).update(**fields)


def page(study: CaseStudy, language: str) -> str:
    return re.sub(r"\s+", " ", Client().get(f"/{language}/case-studies/{study.slug}/").content.decode())


def address(study: CaseStudy, language: str = "ru") -> str:
    return reverse("admin:casestudies_translations_translate", args=[study.pk, language])


def typed(client: Client, study: CaseStudy, **changes) -> dict:
    form = client.get(address(study)).context["form"]
    data = {field.html_name: field.value() for field in form}
    return {name: value for name, value in (data | changes).items() if value not in (None, False)}


def export(client: Client, *studies: CaseStudy, file_format: str, state: str = "all") -> bytes:
    query = {"format": file_format, "state": state, "language": "ru", "study": [study.pk for study in studies]}
    response = client.get(FILE, query)
    assert response.status_code == 200
    return response.content


def filled(content: bytes, file_format: str, translated: dict[str, str]) -> bytes:
    """Return the file with some translations filled in by field, as an agency does."""
    if file_format == "xlf":
        root = etree.fromstring(content)
        space = {"x": root.nsmap[None]}
        for unit in root.iterfind(".//x:trans-unit", space):
            if unit.get("id") in translated:
                target = unit.find("x:target", space)
                if target is None:
                    target = etree.SubElement(unit, f"{{{root.nsmap[None]}}}target")
                target.text = translated[unit.get("id")]
        return etree.tostring(root)
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book.worksheets[0].iter_rows(min_row=2):
        if row[1].value in translated:
            row[3].value = translated[row[1].value]
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def upload(client: Client, content: bytes, name: str):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)}, follow=True)


def confirm(client: Client, preview):
    data = {"fingerprint": preview.context["preview"].fingerprint}
    return client.post(preview.redirect_chain[-1][0], data, follow=True)
