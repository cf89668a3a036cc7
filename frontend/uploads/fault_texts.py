"""Why a file of an upload is refused, in words: a sentence for every kind that the backend names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from frontend.language import Language

FILE_FAULTS: Final[Mapping[str, Mapping[Language, str]]] = {
    # The picture
    "empty": {"ko": "빈 파일이에요.", "en": "The file is empty."},
    "too-large": {"ko": "사진이 20MB보다 커요.", "en": "The picture has more than 20 MB."},
    "too-many-pixels": {"ko": "화소가 너무 많아요.", "en": "The picture has too many pixels."},
    "unsupported-format": {
        "ko": "JPG, PNG, WebP, HEIC 사진이 아니에요.",
        "en": "This is no JPG, PNG, WebP or HEIC picture.",
    },
    "truncated": {"ko": "사진이 깨졌거나 잘렸어요.", "en": "The picture is damaged or cut off."},
    "too-small": {"ko": "사진이 너무 작아요.", "en": "The picture is too small."},
    "too-complex": {"ko": "여는 데 너무 오래 걸리는 사진이에요.", "en": "The picture takes too much work to open."},
    # The file
    "unreadable-file": {"ko": "파일을 읽을 수 없어요.", "en": "The file cannot be read."},
    "bad-name": {
        "ko": "파일 이름이 너무 길거나 쓸 수 없는 글자가 있어요.",
        "en": "Its name is too long, or cannot be shown.",
    },
    "link": {"ko": "다른 파일을 가리키는 링크예요.", "en": "This is a link to another file."},
    "same-name": {"ko": "같은 이름의 파일이 또 있어요.", "en": "Another file has the same name."},
    "archive": {
        "ko": "ZIP이 아닌 압축 파일이에요. ZIP으로 올려 주세요.",
        "en": "This archive is no zip; please send a zip.",
    },
    "too-many": {
        "ko": "파일이 너무 많아요. 나눠서 올려 주세요.",
        "en": "There are too many files; please send them in parts.",
    },
    # The zip
    "zip-damaged": {"ko": "ZIP이 깨졌거나 다 오지 않았어요.", "en": "The zip is damaged or incomplete."},
    "zip-encrypted": {"ko": "암호가 걸린 ZIP이에요.", "en": "It is encrypted in the zip."},
    "zip-method": {"ko": "읽을 수 없는 방식으로 압축됐어요.", "en": "It is packed in a way that is not read."},
    "zip-empty": {"ko": "빈 ZIP이에요.", "en": "The zip is empty."},
    "zip-large": {"ko": "풀면 너무 커지는 ZIP이에요.", "en": "The zip would be too large when unpacked."},
    "zip-bomb": {
        "ko": "풀면 수백 배로 커지는 파일이라 열지 않았어요.",
        "en": "It would unpack to hundreds of times its size.",
    },
    "zip-inside": {"ko": "ZIP 안의 ZIP은 열지 않아요.", "en": "A zip inside of a zip is not opened."},
    "zip-outside": {"ko": "폴더 밖을 가리키는 이름이에요.", "en": "Its name leads out of the zip's folder."},
    # The tables
    "bad-table": {"ko": "라벨 표를 알아볼 수 없어요.", "en": "The table of labels cannot be understood."},
    "bad-row": {"ko": "파일 이름이 없는 줄이에요.", "en": "The row names no file."},
    "no-such-file": {
        "ko": "표에 적힌 파일이 없거나 여러 개예요.",
        "en": "The file that the table names is not there, or there are several.",
    },
    "listed-twice": {
        "ko": "표의 두 줄이 서로 다르게 말해요.",
        "en": "Two rows of the table say different things about it.",
    },
    "bad-text": {
        "ko": "라벨에 태그에 없는 글자가 있거나 너무 길어요.",
        "en": "Its label is too long, or has characters that no tag prints.",
    },
    "bad-tag": {"ko": "쓸 수 없는 태그예요.", "en": "A tag of it cannot be used."},
    "bad-metadata": {
        "ko": "메타데이터는 key=value로 적어요.",
        "en": "Its metadata is not written key=value, or is too long.",
    },
    "bad-features": {"ko": "특징 벡터를 쓸 수 없어요.", "en": "Its feature vectors cannot be used."},
    "no-parquet": {
        "ko": "이 서버는 Parquet를 읽지 못해요. NPY로 올려 주세요.",
        "en": "This server does not read Parquet; please send NPY.",
    },
    # Reading
    "no-text": {"ko": "사진에서 글자를 찾지 못했어요.", "en": "No text was found on the photo."},
    "text-not-found": {
        "ko": "라벨에 적힌 글자가 사진에 없어요.",
        "en": "No line of the photo says what its label says.",
    },
    "cannot-keep": {
        "ko": "저장소에 넣을 수 없는 사진이나 라벨이에요.",
        "en": "The store cannot keep this picture or its label.",
    },
    "crashed": {
        "ko": "읽다가 프로그램이 여러 번 멈춰서 뺐어요.",
        "en": "The program ended several times while it was read, so it was left out.",
    },
    "failed": {"ko": "서버 문제로 넣지 못했어요.", "en": "Something went wrong on the server; its log tells what."},
}
