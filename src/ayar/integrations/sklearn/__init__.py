"""scikit-learn: `SearchCV`, `GridSearchCV`, `BayesSearchCV`, `default_space`; `PartialFitTask`, `scheduled`.

Raises MissingExtra where scikit-learn is not installed.
"""

from ayar.base.optional import need

need("sklearn", "sklearn")

from ayar.integrations.sklearn.bayes import BayesSearchCV  # noqa: E402 - the guest is asked for first
from ayar.integrations.sklearn.defaults import default_space  # noqa: E402
from ayar.integrations.sklearn.grid import GridSearchCV  # noqa: E402
from ayar.integrations.sklearn.host import NoScore  # noqa: E402
from ayar.integrations.sklearn.partial_fit import PartialFitTask  # noqa: E402
from ayar.integrations.sklearn.rates import scheduled  # noqa: E402
from ayar.integrations.sklearn.search import SearchCV  # noqa: E402

__all__ = ["BayesSearchCV", "GridSearchCV", "NoScore", "PartialFitTask", "SearchCV", "default_space", "scheduled"]
