"""The prospects of an audience: generated, and always the same for the same audience and number."""

import hashlib
from dataclasses import dataclass

from mockserver.domain.audience import Audience

_FIRST_NAMES = (
    "Ada",
    "Bela",
    "Chidi",
    "Dana",
    "Emil",
    "Farah",
    "Goran",
    "Hanna",
    "Ivo",
    "Jun",
    "Kira",
    "Liam",
    "Mina",
    "Noor",
)
_LAST_NAMES = (
    "Abara",
    "Berg",
    "Castro",
    "Dahl",
    "Endo",
    "Fischer",
    "Garcia",
    "Horvat",
    "Ito",
    "Jensen",
    "Kaya",
    "Lopez",
    "Moss",
)
_ROLES = ("Head of Sales", "Founder", "Marketing Lead", "Account Executive", "Operations Manager", "Product Manager")
_COMPANIES = ("Alder Works", "Brightquay", "Cobalt Freight", "Dunlin Labs", "Elmfield", "Fathom Foods", "Greyrock")
_INDUSTRIES = ("Software", "Logistics", "Retail", "Manufacturing", "Health Care", "Education")


@dataclass(frozen=True, slots=True)
class Prospect:
    """A person in an audience, with a company. `number` counts from 0 in order of import."""

    number: int
    id: str
    first_name: str
    last_name: str
    headline: str
    about: str
    public_identifier: str
    linkedin_url: str
    company: str
    company_identifier: str
    industry: str


def prospect(audience: Audience, number: int) -> Prospect:
    """Return the prospect with a number in an audience; an uploaded profile keeps its URL."""
    digest = hashlib.blake2b(f"{audience.id}/{number}".encode(), digest_size=18).digest()
    first, last, role, company, industry = (
        choices[digest[index] % len(choices)]
        for index, choices in enumerate((_FIRST_NAMES, _LAST_NAMES, _ROLES, _COMPANIES, _INDUSTRIES))
    )
    public_identifier = f"{first}-{last}-{digest[:3].hex()}".lower()
    uploaded = audience.urls[number] if number < len(audience.urls) else None
    return Prospect(
        number=number,
        id=digest[6:].hex(),
        first_name=first,
        last_name=last,
        headline=f"{role} at {company}",
        about=f"{first} works in {industry.lower()}.",
        public_identifier=public_identifier,
        linkedin_url=uploaded or f"https://www.linkedin.com/in/{public_identifier}",
        company=company,
        company_identifier=company.lower().replace(" ", "-"),
        industry=industry,
    )
