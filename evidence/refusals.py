"""The words of this room's refusals: what happened, what was kept, what to do. Knows codes and sentences only."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    # taking a file in
    "file_is_empty": _("This file is empty. Choose it again."),
    "file_too_big": _("This file is too large. A photo or PDF may have %(megabytes)s MB."),
    "type_not_accepted": _("We cannot read this kind of file. Use a photo, a video (MP4, MOV, WebM) or a PDF."),
    "kind_not_installed": _("Files that end in .%(extension)s cannot be read here. Use a photo (JPEG, PNG) or a PDF."),
    "name_says_other_type": _("Files that end in .%(extension)s are not taken here. Use a photo, a video or a PDF."),
    "too_many_pixels": _(
        "This picture is too large. It may have %(megapixels)s million pixels, and %(side)s on one side."
    ),
    "could_not_be_read": _(
        "This file cannot be opened; it may be damaged. Choose another copy, or take the photo again."
    ),
    "too_complex": _("This file takes too long to open. Send the important pages as photos."),
    "film_too_big": _(
        "This video is too large. It may have %(megabytes)s MB and last %(minutes)s minutes. Cut it to the key part."
    ),
    "film_too_long": _("This video is too long. It may last %(minutes)s minutes. Cut it to the key part."),
    "film_too_large": _("The picture of this video is too large. It may have %(side)s pixels on one side."),
    "film_codec_unknown": _(
        "We cannot read how this video was recorded. Save it as MP4 (H.264) on your device and send that."
    ),
    "film_without_pictures": _("There is no picture in this video. Send a video that shows something."),
    "pdf_is_locked": _("This PDF needs a password. Remove the password and upload it again."),
    "pdf_too_long": _("This PDF has %(pages)s pages; %(limit)s are possible. Send the important ones only."),
    "malware": _(
        "The scanner found malware in this file (%(found)s), so it was not taken. Check your device and send a clean copy."
    ),
    "scanner_unavailable": _(
        "Files cannot be checked for malware just now, so this one was not taken yet. Nothing else is lost; send it "
        "again in a few minutes."
    ),
    "too_large_to_scan": _("This file is too large to be checked for malware here. Send a smaller one."),
    "storage_unavailable": _("Your file could not be kept just now. Nothing else is lost; try again in a few minutes."),
    "upload_expired": _("This upload was left for more than an hour. Choose the file again."),
    "too_many_files": _("You have %(limit)s files in this case, which is the most. Take one back to add another."),
    "too_many_bytes": _("Your files in this case may have %(megabytes)s MB together. This one would be too much."),
    "too_many_uploads": _("That is %(most)s files in an hour. You can go on from %(again_at)s."),
    # while it comes in
    "upload_is_over": _("This upload has ended. Choose the file again."),
    "offset_differs": _("Another window is sending this file already. It goes on from where that one is."),
    "more_than_announced": _("This is more than was announced. Choose the file again."),
    "checksum_differs": _("A piece of this file was damaged on its way. It is sent again."),
    # a dossier
    "too_many_texts": _(
        "You have written %(limit)s statements in this case, which is the most. Those taken back count as well."
    ),
    "text_unreadable": _("There is a character in it that cannot be kept. Take it out and send it again."),
    "dossier_is_sealed": _("The evidence of this case is sealed. Nothing can be added or taken back."),
    "dossier_is_open": _("The evidence of this case is not sealed yet."),
    "exhibit_is_sealed": _("An earlier decision rests on this evidence. It stays on file."),
    "not_your_exhibit": _("Only the side that gave this evidence can take it back."),
    # masks
    "nothing_to_mask": _("Nothing is marked yet. Mark the parts that others should not see."),
    "cannot_be_masked": _("Only photos, videos and the pages of a document can be masked. Nothing was changed."),
    "mask_is_not_within": _("A part that was marked lies outside of the picture. Mark it again."),
    "mask_time_unreadable": _("Write from when and until when as minutes and seconds, such as 0:05 and 0:12."),
    "mask_time_backwards": _("The end of a stretch comes after its beginning. Nothing was changed."),
    "mask_after_the_end": _("The video ends at %(length)s: a stretch after that hides nothing. Nothing was changed."),
    "nothing_to_silence": _("There is no sound in this file. Nothing was changed."),
    "too_many_masks": _("That is more than %(most)s parts on one page. Join some of them into larger ones."),
    "evidence_stays_as_masked": _("The evidence is sealed and stays as it is. Ask whoever rules the case to mask it."),
    "open_it_first": _(
        "This would show what is masked now. Look beneath first, with a reason; then you can unmask it."
    ),
    "records_stay": _("Records of the platform stay on file."),
    "evidence_altered": _(
        "This file is no longer what was received, so it is not shown. Keep your receipt and tell us."
    ),
}
