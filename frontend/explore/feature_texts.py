"""The sentences about crops that look alike, ready-made searches and the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from frontend.client.answers import LabelStatus
from frontend.client.feature_answers import Colour, Method
from frontend.explore.shown_set import SetKind
from frontend.language import Language, Texts, Words


class FeatureTexts(Texts):
    """The texts in one language."""

    lists = Words(ko="살펴볼 것", en="Worth a look")
    lists_none = Words(
        ko="아직 비교한 사진이 없어요. 새 사진은 서버가 한가할 때 비교해요.",
        en="No crops have been compared yet. The server compares new ones while it has nothing else to do.",
    )
    lists_in_search = Words(ko="검색에 맞는 것 가운데서 찾아요.", en="Among what the search finds:")
    lists_behind = Words(
        ko="{kept}장 가운데 {crops}장을 비교했어요. 나머지는 곧 따라와요.",
        en="{crops} of {kept} crops have been compared; the others follow.",
    )
    names: Words[Mapping[SetKind, str]] = Words(
        ko={
            "near-duplicates": "거의 같은 사진",
            "outliers": "동떨어진 사진",
            "thin-regions": "몇 장 없는 종류",
            "doubtful-labels": "의심스러운 라벨",
            "alike": "닮은 사진",
            "map": "지도에서 고른 사진",
            "teaching": "가장 도움 되는 것",
        },
        en={
            "near-duplicates": "Near-duplicates",
            "outliers": "Outliers",
            "thin-regions": "Rare kinds",
            "doubtful-labels": "Doubtful labels",
            "alike": "Crops that look alike",
            "map": "Chosen on the map",
            "teaching": "Those that teach most",
        },
    )
    reasons: Words[Mapping[SetKind, str]] = Words(
        ko={
            "near-duplicates": (
                "똑같아 보이는 사진이 또 있는 것들이에요(특징의 코사인 0.995 이상). "
                "같은 것끼리 모아, 가장 가까운 것부터 보여 줘요."
            ),
            "outliers": (
                "다른 사진과 가장 안 닮은 1%(적어도 20장)예요. 가장 가까운 열 장과의 평균 거리가 먼 것부터 보여 줘요."
            ),
            "thin-regions": (
                "비슷한 사진이 몇 장뿐인 것들이에요. "
                "가장 가까운 사진은 가깝지만 열 번째 사진이 먼 것부터, 1%(적어도 20장)를 보여 줘요."
            ),
            "doubtful-labels": (
                "90% 이상 확신한 다른 읽기나, 거의 같아 보이는 사진(0.99 이상)의 다른 라벨과 어긋나는 라벨이에요. "
                "팀이 이미 본 것은 빠져요."
            ),
            "alike": "고른 사진과 특징의 코사인이 큰 것부터 보여 줘요.",
            "map": "지도에서 상자나 올가미 안에 있는 사진들이에요. 점으로 그리지 않은 것까지 들어 있어요.",
            "teaching": (
                "확신도가 가장 낮은 라벨 {looked_at}개를 브랜드 형식과 품번 모양에 따라 {kinds}가지로 나누고, "
                "가지마다 돌아가며 확신도가 낮은 것부터 {count}장을 골랐어요."
            ),
        },
        en={
            "near-duplicates": (
                "Crops of which another one looks the same (cosine of their features 0.995 or more), group by group, "
                "the closest first."
            ),
            "outliers": (
                "The crops that look least like others (1 % of all, at least 20), by the mean distance to their ten "
                "nearest, the farthest first."
            ),
            "thin-regions": (
                "Crops with few others of their kind (1 % of all, at least 20): the nearest is near, and the tenth is "
                "farthest."
            ),
            "doubtful-labels": (
                "Labels that contradict a reading of 90 % or more, or the label of a crop that looks nearly the same "
                "(0.99 or more); those that the team has looked at are left out."
            ),
            "alike": "By the cosine of their features with those of the crop, the most alike first.",
            "map": "The crops inside the box or lasso, also those that are not drawn as points.",
            "teaching": (
                "The {looked_at} least sure labels are of {kinds} kinds (brand format and shape of the code). "
                "These {count} were taken from all kinds in turn, the least sure first."
            ),
        },
    )
    first_of = Words(ko="{found}장 가운데 처음 {shown}장이에요.", en="The first {shown} of {found}.")
    nothing = Words(ko="지금은 하나도 없어요.", en="There are none just now.")
    now_shown = Words(ko="지금 보이는 것: {name} ({count}장)", en="Shown now: {name} ({count})")
    of_search = Words(ko="검색에 맞는 것 가운데서만 골랐어요.", en="Only among what the search finds.")
    search_aside = Words(
        ko="이 사진들은 검색과 상관없어요. 닫으면 {search} 검색이 돌아와요.",
        en="No search limits these; once they are closed, the search {search} comes back.",
    )
    leave = Words(ko="닫기", en="Close")
    # Crops that look alike
    alike = Words(ko="닮은 사진", en="Crops that look alike")
    alike_unknown = Words(
        ko="이 사진은 아직 비교하지 않았어요. 곧 비교해요.", en="This crop has not been compared yet; it will be soon."
    )
    alike_by = Words(ko="무엇으로 비교할까요", en="Compared by")
    alike_model = Words(ko="지금 모델의 특징", en="Features of the model")
    alike_not_own = Words(ko="이 사진에는 그런 벡터가 없어요.", en="This crop has no such vector.")
    alike_all = Words(ko="모두 보기", en="Show them all")
    # The map
    map = Words(ko="지도", en="Map")
    map_none = Words(ko="지도를 그릴 만큼 사진을 비교하지 않았어요.", en="Too few crops have been compared for a map.")
    map_note = Words(
        ko="닮은 사진끼리 가까이 있어요. 상자나 올가미로 고르면 아래에 보여요.",
        en="Crops that look alike lie near each other. Those inside a box or lasso are shown below.",
    )
    map_sample = Words(
        ko="{crops}장이 있는 곳을 칸의 색으로, 그 가운데 {points}장을 점으로 보여 줘요. 동떨어진 사진은 모두 점이에요.",
        en="Where the {crops} crops lie is shaded; {points} of them are points, outliers among them.",
    )
    in_space = Words(ko="3차원", en="3D")
    space_note = Words(
        ko=(
            "닮은 사진끼리 가까이 있어요. 끌어서 돌리고, 점을 누르면 사진이 열려요. "
            "상자와 올가미는 평면 지도에만 있어요."
        ),
        en=(
            "Crops that look alike lie near each other. Drag to turn; press a point to open its crop. "
            "Boxes and lassos are for the flat map."
        ),
    )
    space_sample = Words(
        ko="{crops}장 가운데 {points}장이 점이에요. 동떨어진 사진은 모두 들어 있어요.",
        en="{points} of {crops} crops are points, outliers among them.",
    )
    no_umap = Words(
        ko="주성분으로 그린 지도예요. `requirements-map.txt`를 설치하면 무리가 더 잘 보이는 지도도 그려요.",
        en="Drawn by principal components. With `requirements-map.txt` installed, UMAP shows groups better.",
    )
    colour = Words(ko="색", en="Colour")
    colours: Words[Mapping[Colour, str]] = Words(
        ko={"status": "상태", "brand": "브랜드", "confidence": "확신도", "model": "모델", "tag": "태그"},
        en={"status": "Status", "brand": "Brand", "confidence": "Confidence", "model": "Model", "tag": "Tag"},
    )
    method = Words(ko="그리는 방법", en="Method")
    methods: Words[Mapping[Method, str]] = Words(
        ko={"umap": "UMAP", "pca": "주성분"}, en={"umap": "UMAP", "pca": "Principal components"}
    )
    statuses: Words[Mapping[LabelStatus, str]] = Words(
        ko={"accepted": "읽은 대로 확인", "corrected": "고침", "unreadable": "읽을 수 없음"},
        en={"accepted": "confirmed as read", "corrected": "corrected", "unreadable": "unreadable"},
    )
    without = Words(ko="없음", en="none")
    others = Words(ko="나머지", en="others")
    shown = Words(ko="아래에 보이는 것", en="shown below")


FEATURE_TEXTS: Final[Mapping[Language, FeatureTexts]] = {"ko": FeatureTexts("ko"), "en": FeatureTexts("en")}
