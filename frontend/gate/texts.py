"""Every sentence of the page "Gate"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from frontend.client.gate_answers import Direction, WayAsked
from frontend.language import Language, Words
from frontend.team_entry import EntryTexts


class GateTexts(EntryTexts):
    """The page in one language."""

    page = Words(ko="차량 출입", en="Gate")
    tagline = Words(
        ko="사진이나 영상에서 번호판을 찾아 읽고, 누가 들어오고 나갔는지 기록해요.",
        en="Finds and reads number plates on photos and frames, and logs who came and went.",
    )
    off = Words(
        ko="이 서버는 번호판을 읽지 않아요. 설정 TAGS_DOMAINS에 plates를 넣어 주세요.",
        en="This server reads no number plates. Add plates to the setting TAGS_DOMAINS.",
    )
    privacy = Words(
        ko="번호판은 개인정보예요. 기록은 {days}일 뒤에 지워지고, "
        "요청이 있으면 그 번호판의 모든 것을 바로 지울 수 있어요.",
        en="A number plate is personal data. The log keeps it for {days} days; everything about a plate can be deleted "
        "at once on request.",
    )
    pictures_in = Words(ko="사진 넣기", en="Pictures in")
    chosen_as = Words(ko="무엇을 고를까요", en="What to choose")
    ways_in: Words[Mapping[str, str]] = Words(
        ko={"files": "사진", "folder": "폴더", "frames": "이어진 장면"},
        en={"files": "Photos", "folder": "A folder", "frames": "Frames of one scene"},
    )
    frames_hint = Words(
        ko="이름 순서대로 한 영상의 장면으로 보고, 여러 장면이 같게 읽은 번호판만 기록해요. "
        "카메라 주소나 영상 파일은 명령 `python -m backend.gate`로 넣어 주세요.",
        en="Taken as frames of one scene in the order of their names: only plates on which several agree are logged. "
        "For a camera's address or a video file there is the command `python -m backend.gate`.",
    )
    upload_label = Words(ko="차량 사진", en="Photos of vehicles")
    upload_button = Words(ko="사진 선택", en="Choose photos")
    upload_drop = Words(ko="여기에 놓으세요", en="Drop them here")
    upload_limit = Words(ko="사진 20MB까지", en="Up to 20 MB a photo")
    upload_refused = Words(ko="파일이 너무 커요.", en="This file is too large.")
    camera = Words(ko="카메라 이름", en="Name of the camera")
    direction = Words(ko="방향", en="Direction")
    ways: Words[Mapping[WayAsked, str]] = Words(
        ko={
            "turns": "번갈아 (들어옴, 나감)",
            "in": "모두 들어옴",
            "out": "모두 나감",
            "nearer-in": "다가오면 들어옴",
            "nearer-out": "다가오면 나감",
        },
        en={
            "turns": "By turns: in, then out",
            "in": "All come in",
            "out": "All go out",
            "nearer-in": "In where they come nearer",
            "nearer-out": "Out where they come nearer",
        },
    )
    read = Words(ko="{count}장 읽기", en="Read {count}")
    reading = Words(ko="{done}/{count} 읽는 중이에요…", en="Reading {done} of {count}…")
    nothing_read = Words(
        ko="번호판을 찾지 못했어요. 더 가까이 찍은 사진으로 해 보세요.",
        en="No plate was found. Try photos taken from nearer.",
    )
    was_read = Words(ko="기록했어요: {plates}", en="Logged: {plates}")
    inside = Words(ko="안에 있는 차량 {count}대", en="{count} inside")
    nobody_inside = Words(ko="안에 있는 차량이 없어요.", en="No vehicle is inside.")
    log = Words(ko="기록", en="Log")
    search = Words(ko="번호판이나 이름 찾기", en="Find a plate or a name")
    all_ways = Words(ko="모두", en="All")
    directions: Words[Mapping[Direction, str]] = Words(
        ko={"in": "들어옴", "out": "나감", "unknown": "방향 모름"},
        en={"in": "In", "out": "Out", "unknown": "Direction unknown"},
    )
    only_unknown = Words(ko="모르는 차량만", en="Unknown vehicles only")
    unknown_vehicle = Words(ko="모르는 차량", en="Unknown vehicle")
    none = Words(ko="기록이 없어요.", en="There is nothing in the log.")
    found = Words(ko="{count}건", en="Entries: {count}")
    sure = Words(ko="확실도 {percent}%", en="{percent} % sure")
    by_frames = Words(ko="{frames}장면 중 {agreeing}장면", en="{agreeing} of {frames} frames")
    checked = Words(ko="{name}이(가) 확인함", en="Checked by {name}")
    was = Words(ko="읽은 것: {text}", en="Read as {text}")
    change = Words(ko="고치기", en="Change")
    plate = Words(ko="번호판", en="Plate")
    keep = Words(ko="이 번호가 맞아요", en="This is the plate")
    keep_hint = Words(ko="사진과 번호가 학습 데이터로 남아요.", en="Its picture is kept with the plate for training.")
    name = Words(ko="차량 이름", en="Name of the vehicle")
    know = Words(ko="아는 차량으로", en="Make it known")
    forget = Words(ko="이 번호판의 모든 것 지우기", en="Delete everything about this plate")
    forget_sure = Words(
        ko="기록, 사진, 이름, 학습에 남긴 사진까지 모두 지워요. 되돌릴 수 없어요.",
        en="Its log, pictures, name, and pictures kept for training are deleted. This cannot be undone.",
    )
    forgotten = Words(
        ko="{shown}: 기록 {passages}건, 학습 사진 {labels}장을 지웠어요.",
        en="{shown}: {passages} log entries and {labels} training pictures deleted.",
    )
    kept = Words(ko="{shown} 저장했어요.", en="{shown} is saved.")
    known = Words(ko="{shown}: 이제 아는 차량이에요.", en="{shown} is known now.")
    visits = Words(ko="방문", en="Visits")
    visit_columns: Words[Mapping[str, str]] = Words(
        ko={"shown": "번호판", "vehicle": "차량", "came": "들어옴", "went": "나감"},
        en={"shown": "Plate", "vehicle": "Vehicle", "came": "Came", "went": "Went"},
    )
    download = Words(ko="CSV 내려받기", en="Download as CSV")
    earlier = Words(ko="더 오래된 기록", en="Earlier")
    later = Words(ko="더 새로운 기록", en="Later")


GATE_TEXTS: Final[Mapping[Language, GateTexts]] = {language: GateTexts(language) for language in get_args(Language)}
