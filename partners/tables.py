"""Every table, imported once, for migrations and for tests that compare them with the database."""

from partners import audit, outbox
from partners.audiences import models as audiences
from partners.audiences.keys import models as keys
from partners.campaigns import models as campaigns
from partners.communities import models as communities
from partners.database import Base
from partners.directory import models as directory
from partners.directory.accounts import models as accounts
from partners.fit import models as fit
from partners.ledger import models as ledger
from partners.referrals import models as referrals
from partners.revenue import models as revenue

metadata = Base.metadata
ROOMS = (audit, outbox, directory, accounts, communities, keys, audiences, campaigns, referrals, ledger, revenue, fit)
