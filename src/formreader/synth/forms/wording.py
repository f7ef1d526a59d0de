"""Words that forms print: made up of syllables, so that no two forms say the same and no language is favoured."""

from __future__ import annotations

import numpy as np

SYLLABLES = [
    "ba",
    "be",
    "di",
    "do",
    "fa",
    "fu",
    "ga",
    "hi",
    "ju",
    "ka",
    "ko",
    "la",
    "le",
    "li",
    "ma",
    "me",
    "mi",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "pi",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "su",
    "ta",
    "te",
    "ti",
    "to",
    "va",
    "vi",
    "wa",
    "ya",
    "zu",
    "an",
    "en",
    "in",
    "on",
    "ar",
    "er",
    "or",
    "al",
    "el",
    "is",
    "us",
    "ca",
    "ce",
    "co",
    "cu",
    "tra",
    "pre",
    "sta",
    "cion",
    "tor",
    "mento",
]
TITLES = {
    "en": ("STATEMENT OF RESULT", "RETURN OF THE COUNT", "MONTHLY SUMMARY", "TALLY SHEET", "REGISTER OF CASES"),
    "id": ("CATATAN HASIL", "SERTIFIKAT REKAPITULASI", "LAPORAN BULANAN", "RINCIAN PEROLEHAN"),
    "es": ("ACTA DE ESCRUTINIO", "RESUMEN MENSUAL", "HOJA DE CONTEO", "PARTE DE CASOS"),
    "fr": ("PROCES-VERBAL DES RESULTATS", "RELEVE MENSUEL", "FEUILLE DE COMPTAGE"),
    "pt": ("BOLETIM DE APURAMENTO", "MAPA MENSAL", "FOLHA DE CONTAGEM"),
}
LANGUAGES = tuple(TITLES)


def made_up(generator: np.random.Generator, words: int) -> str:
    """So many words, the first with a capital."""
    made = ["".join(generator.choice(SYLLABLES, int(generator.integers(1, 4))).tolist()) for _ in range(words)]
    return " ".join(made).capitalize()


def any_title(language: str, generator: np.random.Generator) -> str:
    """The heading of a page, in capitals."""
    titles = TITLES[language]
    return f"{titles[int(generator.integers(len(titles)))]} {made_up(generator, int(generator.integers(1, 4))).upper()}"
