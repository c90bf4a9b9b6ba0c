"""Who may see what, role by role: DESIGN's table as sets. Nothing here asks the database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    REPORTER = "reporter", _("reporter")
    SECURITY_LEAD = "security_lead", _("security lead")
    MEASURE_OWNER = "measure_owner", _("measure owner")
    COMMUNITY_OFFICER = "community_officer", _("community police officer")
    MUNICIPAL_OFFICER = "municipal_officer", _("municipal liaison officer")
    COORDINATOR = "coordinator", _("coordinator")
    ANALYST = "analyst", _("analyst")
    COUNCIL = "council", _("management council")
    COACH = "coach", _("process support")
    DATA_PROTECTION = "data_protection", _("data protection officer")
    ARCHIVIST = "archivist", _("archivist")
    ADMINISTRATOR = "administrator", _("administrator")


# Rows of the own organisation, all fields.
SEE_OWN_ORGANISATION = {
    Role.SECURITY_LEAD,
    Role.MEASURE_OWNER,
    Role.COMMUNITY_OFFICER,
    Role.MUNICIPAL_OFFICER,
    Role.COORDINATOR,
    Role.ANALYST,
}
# Other organisations' rows in every area of the collaboration, all fields, for review.
SEE_EVERYTHING = {Role.COORDINATOR, Role.ANALYST}
# Other organisations' rows in the areas of the membership: category, place and time.
SEE_OWN_AREAS = {Role.SECURITY_LEAD, Role.MEASURE_OWNER, Role.COMMUNITY_OFFICER, Role.MUNICIPAL_OFFICER}
# Rows in sensitive categories, within what the sets above give.
SEE_SENSITIVE = {Role.COMMUNITY_OFFICER, Role.MUNICIPAL_OFFICER, Role.COORDINATOR, Role.ANALYST}
# Published pictures of the whole collaboration (with small counts protected outside the circle).
SEE_PUBLISHED_PICTURES = SEE_OWN_ORGANISATION | {Role.REPORTER, Role.COUNCIL}
MAY_REPORT = SEE_OWN_ORGANISATION | {Role.REPORTER}
# What places are like and who answers for them: facts of the ground, for all who work with what happens there.
SEE_PLACE_FILES = SEE_PUBLISHED_PICTURES
# Who writes in place files: for every place, and for those that the own organisation keeps or the own areas hold.
KEEP_PLACE_FILES = {Role.COORDINATOR}
KEEP_OWN_PLACE_FILES = {Role.SECURITY_LEAD, Role.COMMUNITY_OFFICER, Role.MUNICIPAL_OFFICER}
# Series of numbers beside the reports: statistics, surveys, costs.
SEE_INDICATORS = SEE_OWN_ORGANISATION | {Role.COUNCIL}
MAY_IMPORT = {Role.SECURITY_LEAD, Role.COORDINATOR, Role.ANALYST, Role.COMMUNITY_OFFICER, Role.MUNICIPAL_OFFICER}
# Who fills in safety inspections and walks in their areas; at the places of their organisation reporters do too.
MAY_INSPECT = {
    Role.SECURITY_LEAD,
    Role.MEASURE_OWNER,
    Role.COMMUNITY_OFFICER,
    Role.MUNICIPAL_OFFICER,
    Role.COORDINATOR,
}
MAY_INSPECT_OWN_PLACES = MAY_INSPECT | {Role.REPORTER}
MAY_KEEP_CHECKLISTS = {Role.COORDINATOR}
MAY_REVIEW = {Role.COORDINATOR}
MAY_COMPILE = {Role.COORDINATOR, Role.ANALYST}
MAY_CHANGE_AREAS = {Role.COORDINATOR, Role.ADMINISTRATOR}
MAY_READ_LOG = {Role.DATA_PROTECTION, Role.ARCHIVIST, Role.ADMINISTRATOR}
# Whoever may do most is not the one to go through who has done what.
MAY_GO_THROUGH_LOG = {Role.DATA_PROTECTION}
MAY_KEEP_RETENTION = {Role.DATA_PROTECTION, Role.ADMINISTRATOR}
MAY_ADMINISTER = {Role.ADMINISTRATOR}
# Whoever speaks for their own organisation decides how its reports are shared; nobody decides for another.
MAY_SET_SHARING = {Role.SECURITY_LEAD, Role.MUNICIPAL_OFFICER, Role.COORDINATOR}
# Whose imported rows need no look before they count.
MAY_SET_TRUST = {Role.COORDINATOR, Role.ADMINISTRATOR}
MAY_KEEP_GROUPS = {Role.COORDINATOR, Role.ADMINISTRATOR}
# What the municipality's documents look like.
MAY_KEEP_LOOK = {Role.COORDINATOR, Role.ADMINISTRATOR}
# When the letters of what waits leave.
MAY_KEEP_WORK_LETTERS = {Role.COORDINATOR, Role.ADMINISTRATOR}
