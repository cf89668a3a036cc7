"""Files that were uploaded: Streamlit keeps them until the page is closed, and the pages have bounded room for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile


def forget_uploads(uploads: Iterable[UploadedFile]) -> None:
    """Have files forgotten whose photos are put away; nothing happens outside of a page."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        files = cast(MemoryUploadedFileManager, context.uploaded_file_mgr)  # there is no other
        for upload in uploads:
            files.remove_file(context.session_id, upload.file_id)
