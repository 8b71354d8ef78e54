"""The prospects of an audience: invented, but always the same for the same audience and number."""

import hashlib
from dataclasses import dataclass

from mockserver.domain.audience import Audience

_FIRST = (
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
_LAST = (
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
    """One person on the list, at one company. `number` is the place in the order of import, from 0."""

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
    """The prospect with this number in the audience; an uploaded profile keeps the URL that was uploaded."""
    chance = hashlib.blake2b(f"{audience.id}/{number}".encode(), digest_size=18).digest()
    first, last, role, company, industry = (
        choices[chance[place] % len(choices)]
        for place, choices in enumerate((_FIRST, _LAST, _ROLES, _COMPANIES, _INDUSTRIES))
    )
    public_identifier = f"{first}-{last}-{chance[:3].hex()}".lower()
    uploaded = audience.urls[number] if number < len(audience.urls) else None
    return Prospect(
        number=number,
        id=chance[6:].hex(),
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
