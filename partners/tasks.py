"""Letters to people, outside the request."""

from celery import shared_task

from partners import emails
from partners.models import Membership


@shared_task
def send_invitation(membership_id: int, site: str) -> None:
    """Write to somebody who has been given a role. A killed worker may send it twice, which does no harm."""
    membership = (
        Membership.objects.select_related("user", "organisation", "collaboration").filter(pk=membership_id).first()
    )
    if membership is not None and membership.user.is_active:
        emails.send_invitation(membership, site)
