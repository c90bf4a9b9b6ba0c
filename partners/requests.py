"""What a view inside a collaboration knows of its request, for the type checker."""

from django.http import HttpRequest

from partners.models import Collaboration, User


class PartnerRequest(HttpRequest):
    """A request from somebody signed in, in a collaboration where they hold a role (see `partners.middleware`)."""

    user: User
    collaboration: Collaboration
