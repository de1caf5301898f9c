"""Makes the labels of a shipment in the form that is asked for."""

from collections.abc import Sequence

from playbooks.shop.labels.content import Content
from playbooks.shop.labels.layout import placed
from playbooks.shop.labels.pdf import draw_pdf
from playbooks.shop.labels.png import draw_png
from playbooks.shop.labels.zpl import draw_zpl

_MAKERS = {
    "PDF": ("application/pdf", draw_pdf),
    "PNG": ("image/png", draw_png),
    "ZPL": ("application/zpl", draw_zpl),
}


def make_label(contents: Sequence[Content], *, label_format: str) -> tuple[str, bytes]:
    """The media type and the bytes of a file that holds a label for each parcel."""
    media_type, draw = _MAKERS[label_format]
    return media_type, draw([placed(content) for content in contents])
