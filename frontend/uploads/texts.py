"""Every sentence of the page "Upload"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from frontend.client.upload_answers import LinesKept, Phase, PictureKind, ResultFilter
from frontend.language import Language, Words
from frontend.team_entry import EntryTexts
from frontend.uploads.fault_texts import FILE_FAULTS


class UploadTexts(EntryTexts):
    """The page in one language."""

    page = Words(ko="올리기", en="Upload")
    tagline = Words(
        ko="잘라 둔 사진, 태그 사진, ZIP을 올려요. 옆에 labels.tsv·CSV·JSON이 있으면 라벨과 태그도 함께 들어가요.",
        en="Bring in crops, whole photos and zips. A labels.tsv, CSV or JSON among them gives labels and tags.",
    )
    chosen_as = Words(ko="무엇을 고를까요", en="What to choose")
    ways: Words[Mapping[str, str]] = Words(
        ko={"files": "파일·ZIP", "folder": "폴더"}, en={"files": "Files or zips", "folder": "A folder"}
    )
    upload_label = Words(ko="사진, ZIP, 라벨 표", en="Pictures, zips, tables of labels")
    upload_button = Words(ko="파일이나 ZIP 선택", en="Choose files or zips")
    upload_folder = Words(ko="폴더 선택", en="Choose a folder")
    upload_drop = Words(ko="여기에 놓으세요", en="Drop them here")
    upload_limit = Words(
        ko="사진 20MB, ZIP 256MB, 모두 합쳐 400MB · 더 많으면 datasets upload",
        en="A picture 20 MB, a zip 256 MB, all together 400 MB · for more: datasets upload",
    )
    upload_refused = Words(
        ko="너무 커요. ZIP은 256MB, 모두 합쳐 400MB까지예요. 더 크면 명령 `datasets upload`로 올려 주세요.",
        en="This is too large. A zip may have 256 MB, all together 400 MB; the command `datasets upload` takes more.",
    )
    options = Words(ko="설정", en="Options")
    title = Words(ko="이름 (선택)", en="Name (optional)")
    tags = Words(ko="모두에 붙일 태그", en="Tags for all crops")
    tags_hint = Words(ko="쉼표로 나눠 적어요", en="With commas between")
    pictures = Words(ko="사진 종류", en="What the pictures are")
    picture_kinds: Words[Mapping[PictureKind, str]] = Words(
        ko={"auto": "알아서", "crops": "한 줄로 자른 사진", "photos": "태그 전체 사진"},
        en={"auto": "Find out", "crops": "Crops of one line", "photos": "Whole photos"},
    )
    lines = Words(ko="라벨 없는 태그 사진에서", en="Of a whole photo without a label")
    lines_kept: Words[Mapping[LinesKept, str]] = Words(
        ko={"codes": "품번 줄만", "all": "모든 줄"}, en={"codes": "Lines with a code", "all": "All lines"}
    )
    how = Words(ko="파일 쓰는 법", en="How files are written")
    how_text = Words(
        ko="""- `labels.tsv` 또는 `labels.csv`: 열 `file`, `label`, `tags`(쉼표), `metadata`(`a=1; b=2`).
- `labels.json`, `labels.jsonl`: 같은 항목의 목록.
- 라벨이 없는 사진은 읽은 그대로 들어가고 **검토**에서 확인을 기다려요.
- 태그 전체 사진은 줄로 잘라요. 라벨이 있으면 그 글자가 있는 줄만 들어가요.
- `features.npy`(줄마다 벡터 하나)는 `features.txt`의 파일 순서, 없으면 라벨 표의 순서를 따라요. \
`features.parquet`은 열 `file`, `vector`.""",
        en="""- `labels.tsv` or `labels.csv`: the columns `file`, `label`, `tags` (commas), `metadata` (`a=1; b=2`).
- `labels.json`, `labels.jsonl`: a list of objects with these fields.
- A picture without a label is kept as it is read, and waits in **Review** to be confirmed.
- Whole photos are cut into lines; of one with a label, the line that says so is kept.
- `features.npy` (a vector a row) goes with the files in `features.txt`, else with the rows of the table of labels; \
`features.parquet` has the columns `file` and `vector`.""",
    )
    begin = Words(ko="파일 {count}개 올리기", en="Upload {count} files")
    begin_one = Words(ko="파일 1개 올리기", en="Upload 1 file")
    sending = Words(ko="보내는 중 · {sent} / {size} MB", en="Sending · {sent} of {size} MB")
    sending_stay = Words(
        ko="다 보낼 때까지 이 페이지를 열어 두세요.", en="Please keep this page open until all is sent."
    )
    stop = Words(ko="그만두기", en="Cancel")
    go_on = Words(ko="이어서 보내기", en="Go on")
    give_up = Words(ko="버리기", en="Discard")
    latest = Words(ko="올린 것", en="Uploads")
    none = Words(ko="아직 올린 것이 없어요.", en="Nothing was uploaded yet.")
    phases: Words[Mapping[Phase, str]] = Words(
        ko={
            "receiving": "받는 중",
            "waiting": "기다리는 중",
            "working": "넣는 중",
            "finished": "끝",
            "cancelled": "그만둠",
        },
        en={
            "receiving": "being sent",
            "waiting": "waiting",
            "working": "under way",
            "finished": "finished",
            "cancelled": "cancelled",
        },
    )
    progress = Words(ko="{total}개 중 {done}개 끝", en="{done} of {total} done")
    leave_open = Words(
        ko="페이지를 닫아도, 서버가 다시 켜져도 계속돼요.",
        en="It goes on when this page is closed, and after a restart.",
    )
    stuck = Words(
        ko="지금은 이어 가지 못하고 있어요. 저장소나 디스크를 확인해 주세요. 저절로 다시 시도해요.",
        en="It does not go on just now: please check the store and the disk. It is tried again by itself.",
    )
    cancelled = Words(
        ko="그만뒀어요. 그때까지 들어간 것은 그대로 있어요.", en="Cancelled. What had come in by then stays."
    )
    explore_crops = Words(ko="들어온 {count}개 둘러보기", en="Explore the {count} crops")
    csv = Words(ko="결과 CSV", en="Results as CSV")
    results: Words[Mapping[ResultFilter, str]] = Words(
        ko={
            "all": "모두",
            "kept": "라벨과 함께",
            "to-review": "확인 대기",
            "duplicate": "이미 있음",
            "repeated": "두 번 올림",
            "table": "표",
            "refused": "못 넣음",
        },
        en={
            "all": "All",
            "kept": "With label",
            "to-review": "To confirm",
            "duplicate": "Already there",
            "repeated": "Twice in it",
            "table": "Tables",
            "refused": "Refused",
        },
    )
    columns: Words[Mapping[str, str]] = Words(
        ko={"file": "파일", "result": "결과", "text": "글자", "why": "이유"},
        en={"file": "File", "result": "Result", "text": "Text", "why": "Why"},
    )
    cut = Words(ko="{count}줄로 자름", en="cut into {count} lines")
    cut_one = Words(ko="한 줄을 자름", en="one line was cut out")
    nothing = Words(ko="해당하는 파일이 없어요.", en="No such file.")
    before = Words(ko="이전", en="Back")
    further = Words(ko="다음", en="Next")
    place = Words(ko="{first}–{last} / {found}", en="{first} to {last} of {found}")
    file_faults: Words[Mapping[str, str]] = Words(
        ko={kind: words["ko"] for kind, words in FILE_FAULTS.items()},
        en={kind: words["en"] for kind, words in FILE_FAULTS.items()},
    )


UPLOAD_TEXTS: Final[Mapping[Language, UploadTexts]] = {name: UploadTexts(name) for name in get_args(Language)}
