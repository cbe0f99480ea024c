"""The back office looks at everything and writes nothing: what can be done there is done by an act."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import RequestFactory

from accounts.models import User

# Sessions, types of content and the like are Django's own and are registered nowhere.
EVERY = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model._meta.label)
def test_nothing_is_written_by_a_form_of_the_back_office(model) -> None:
    """Not even by somebody with every permission, and of no library's table either."""
    request = RequestFactory().get("/admin/")
    request.user = User(is_active=True, is_staff=True, is_superuser=True)
    page = admin.site._registry[model]
    may = (
        page.has_add_permission(request),
        page.has_change_permission(request),
        page.has_delete_permission(request),
    )
    assert may == (False, False, False)
    for inline in page.get_inline_instances(request):
        assert not inline.has_add_permission(request, None) and not inline.has_delete_permission(request, None)
