import pytest

from mentormatch.errors import CertificateError, InputError
from mentormatch.matching import Certificate, TierProof


def test_when_all_is_proven_the_bound_is_the_value():
    """An optimal certificate tells its last tier, with the bound the very value and no gap."""
    certificate = Certificate((TierProof("coverage", 3, 3, True), TierProof("total", 2.5, 2.5000001, True)))
    assert certificate.optimal
    assert (certificate.value, certificate.bound, certificate.gap) == (2.5, 2.5, 0.0)
    assert certificate.covers == "all pairs"


def test_the_first_tier_that_is_not_proven_tells():
    """Cut short, value, bound and gap are those of the first tier that is not proven."""
    certificate = Certificate((TierProof("coverage", 3, 4, False), TierProof("total", 2.5, 9.0, False)))
    assert not certificate.optimal
    assert (certificate.value, certificate.bound, certificate.gap) == (3.0, 4.0, 1.0)


def test_of_several_numbers_the_last_tells():
    """A tier that compares several numbers in turn is told by the last of them."""
    certificate = Certificate((TierProof("wishes", (2, 1, -3), (2, 2, 0), False),))
    assert (certificate.value, certificate.bound, certificate.gap) == (-3.0, 0.0, 3.0)


def test_its_repr_shows_neither_pairs_nor_seed():
    """What a log shows of a certificate is its tiers."""
    certificate = Certificate(
        (TierProof("total", 1.0, 1.0, True),), (("Ann", "Ned"),), ("total",), 4711, (("Bo", "Mia"),)
    )
    assert repr(certificate) == "Certificate(tiers=(TierProof(name='total', value=1.0, bound=1.0, optimal=True),))"


def test_verify_hands_itself_to_the_problem():
    """The problem decides; its verdict passes unchanged, and anything that is no problem is refused."""
    certificate = Certificate((TierProof("total", 1.0, 1.0, True),))
    seen = []

    class Fits:
        def _verify(self, given):
            seen.append(given)

    class Fails:
        def _verify(self, given):
            raise CertificateError

    assert certificate.verify(Fits()) is None
    assert seen == [certificate]
    with pytest.raises(CertificateError):
        certificate.verify(Fails())
    with pytest.raises(InputError, match="problem"):
        certificate.verify(3)
