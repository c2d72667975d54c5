//! What core makes of the registrar's calls that only the owner may send.
//!
//! In the registrar a call is named by its calldata and each sending of it is an
//! approval; in the register an operation is proposed once, and then approved by
//! name. So the first sending proposes and the others approve, and what is
//! compared is whether it was carried out. Signers and thresholds stay what they
//! are: a change of the approvers ends all proposals in the register, while the
//! registrar drops the approvals of whom the owner restricted.

use symbolon_core::{
    actor::Actor,
    authority::{Authority, Mandate},
    country::Country,
    federation::{
        ApprovalPolicy, Federation, FederationCommand, FederationEvent, FederationRefusal,
        OwnerOperation, ProposalId, decide,
    },
    ids::{AuthorityIndex, PersonName},
    investor::Investor,
    register::Refusal,
    time::UnixSeconds,
};

use super::{
    answer::Says,
    approvals::LIFETIME,
    chain::first_countries,
    history::{Body, COUNTRIES, Call, Signer},
    register::{Refused, Register},
};

/// The owner's signers are its approvers.
pub fn beginning(threshold: usize) -> Federation {
    let authorities = Body::FIRST.map(|body| {
        let authority = Authority {
            index: body.index(),
            name: body.name(),
            countries: first_countries(body)
                .into_iter()
                .filter_map(|place| Country::from_numeric(COUNTRIES[place]))
                .collect(),
            restricted: false,
        };
        (body.index(), authority)
    });
    Federation {
        authorities: authorities.into(),
        policy: ApprovalPolicy {
            approvers: Body::OWNER.signers().map(Signer::person).collect(),
            required: threshold as u8,
        },
        ..Federation::default()
    }
}

impl Register {
    /// For whom a signer acts; strangers act for nobody.
    pub fn mandate(&self, signer: Signer) -> Option<Mandate> {
        self.federation.mandate(signer.of.index())
    }

    /// Somebody sends a call that only the owner may.
    pub fn order(
        &mut self,
        signer: Signer,
        call: &Call,
        data: &[u8],
        now: UnixSeconds,
    ) -> Result<Says, String> {
        if self.mandate(signer).is_none() {
            return Ok(Says::Refused("no_authority"));
        }
        let operation = match self.operation(call) {
            Ok(operation) => operation,
            Err(refused) => return Ok(Says::Refused(refused)),
        };
        let command = match self.open(data, now) {
            Some((_, proposed)) if *proposed != operation => {
                return Ok(Says::Apart(
                    "countries are added or withdrawn there and given as a whole here",
                ));
            }
            Some((id, _)) => FederationCommand::Approve(id),
            None => FederationCommand::Propose {
                operation: operation.clone(),
                expires: UnixSeconds(now.0 + LIFETIME),
            },
        };
        let next = self.last_entry.next();
        let decided = decide(&self.federation, next, command, &signer.actor(), now);
        let events = match decided {
            Ok(events) => events,
            Err(refusal) => return Ok(self.refused(&refusal, call)),
        };
        let reassigned = match self.put_in_charge(&operation, now) {
            Ok(investors) => investors,
            Err(Refusal::UnknownInvestor) => return Ok(Says::Refused("unknown_investor")),
            Err(_) => {
                return Ok(Says::Apart(
                    "the registrar's owner may put any authority in charge of anybody",
                ));
            }
        };
        self.last_entry = next;
        for event in &events {
            self.federation
                .apply(event, next)
                .map_err(|error| error.to_string())?;
        }
        let carried_out =
            |event: &FederationEvent| matches!(event, FederationEvent::OperationCarriedOut { .. });
        if !events.iter().any(carried_out) {
            let open = self.open(data, now).map(|(id, _)| id);
            let id = open.unwrap_or(ProposalId(next.0));
            self.proposed.insert(data.to_vec(), id);
            return Ok(Says::Waits);
        }
        self.proposed.remove(data);
        for investor in reassigned {
            self.replace(investor);
        }
        if let Call::RestrictAuthority(body, true) = call {
            self.approvals.void(*body);
        }
        Ok(Says::CarriedOut)
    }

    /// Somebody takes back the approval of a call.
    pub fn take_back(
        &mut self,
        signer: Signer,
        data: &[u8],
        now: UnixSeconds,
    ) -> Result<Says, String> {
        if self
            .mandate(signer)
            .is_none_or(|mandate| mandate.is_restricted())
        {
            return Ok(Says::Refused("no_authority"));
        }
        let Some((id, _)) = self.open(data, now) else {
            return Ok(self.approvals.take_back(signer, data, now));
        };
        let next = self.last_entry.next();
        let command = FederationCommand::Withdraw(id);
        let mut events = match decide(&self.federation, next, command, &signer.actor(), now) {
            Ok(events) => events,
            Err(refusal) => return Ok(Says::Refused(refusal.code())),
        };
        let proposal = &self.federation.proposals[&id];
        if proposal.approvals.len() == 1 {
            // With its last approval a call is forgotten; a proposal stays.
            let proposer = Actor {
                name: proposal.proposed_by.clone(),
                ..signer.actor()
            };
            let command = FederationCommand::Cancel(id);
            let cancelled = decide(&self.federation, next, command, &proposer, now);
            events.extend(cancelled.map_err(|refusal| refusal.to_string())?);
            self.proposed.remove(data);
        }
        self.last_entry = next;
        for event in &events {
            self.federation
                .apply(event, next)
                .map_err(|error| error.to_string())?;
        }
        Ok(Says::CarriedOut)
    }

    /// The proposal that a call stands for, if it has not lapsed.
    fn open(&self, data: &[u8], now: UnixSeconds) -> Option<(ProposalId, &OwnerOperation)> {
        let proposal = self.federation.proposals.get(self.proposed.get(data)?)?;
        (!proposal.is_over(now)).then_some((proposal.id, &proposal.operation))
    }

    fn refused(&self, refusal: &FederationRefusal, call: &Call) -> Says {
        match (refusal, call) {
            // One signer, and nothing changes: the registrar says yes to that.
            (FederationRefusal::AlreadySo(_), _) if self.threshold == 1 => Says::CarriedOut,
            (FederationRefusal::AlreadySo(_), _) => {
                Says::Apart("the registrar counts approvals of what is so already")
            }
            (FederationRefusal::ProposedAlready(_), _) => {
                Says::Apart("two calls of the registrar's may mean the same operation")
            }
            (FederationRefusal::AuthorityRestricted(_), Call::Reassign(..)) => {
                Says::Apart("the registrar's owner may put a restricted authority in charge")
            }
            (FederationRefusal::IsOwner, Call::SetCountries(..)) => {
                Says::Apart("the registrar keeps countries of its owner, which nobody asks for")
            }
            (refusal, _) => Says::Refused(refusal.code()),
        }
    }

    /// The investors as they are once the operation is carried out.
    fn put_in_charge(
        &self,
        operation: &OwnerOperation,
        now: UnixSeconds,
    ) -> Result<Vec<Investor>, Refusal> {
        let OwnerOperation::ReassignInvestors {
            authority,
            investors,
        } = operation
        else {
            return Ok(Vec::new());
        };
        let to = self.federation.mandate(*authority).unwrap_or_default();
        investors
            .iter()
            .map(|investor| self.reassigned(*investor, &to, now))
            .collect()
    }

    fn operation(&self, call: &Call) -> Result<OwnerOperation, Refused> {
        let countries = |places: &[usize]| {
            let known = |place: &usize| Country::from_numeric(COUNTRIES[*place]);
            places
                .iter()
                .map(known)
                .collect::<Option<_>>()
                .ok_or("no_country")
        };
        Ok(match call {
            Call::AddAuthority(body, places) => OwnerOperation::AddAuthority {
                name: body.name(),
                countries: countries(places)?,
            },
            Call::SetCountries(body, places, permitted) => {
                let authority = body.index();
                let known = self.federation.authorities.get(&authority);
                let mut all = known
                    .map(|known| known.countries.clone())
                    .unwrap_or_default();
                let changed: std::collections::BTreeSet<Country> = countries(places)?;
                match permitted {
                    true => all.extend(changed),
                    false => all.retain(|country| !changed.contains(country)),
                }
                OwnerOperation::SetAuthorityCountries {
                    authority,
                    countries: all,
                }
            }
            Call::RestrictAuthority(body, true) => OwnerOperation::RestrictAuthority {
                authority: body.index(),
            },
            Call::RestrictAuthority(body, false) => OwnerOperation::ReinstateAuthority {
                authority: body.index(),
            },
            Call::Reassign(body, holders) => OwnerOperation::ReassignInvestors {
                authority: body.index(),
                investors: holders.iter().map(|holder| holder.id()).collect(),
            },
            _ => return Err("not_of_the_federation"),
        })
    }
}

impl Body {
    pub fn index(self) -> AuthorityIndex {
        AuthorityIndex(self.0)
    }

    fn name(self) -> symbolon_core::ids::AuthorityName {
        format!("authority-{}", self.0).parse().expect("a slug")
    }
}

impl Signer {
    fn person(self) -> PersonName {
        format!("person-{}", self.place).parse().expect("a slug")
    }

    fn actor(self) -> Actor {
        Actor {
            authority: self.of.index(),
            person: self.of.index().is_owner().then(|| self.person()),
            ..Actor::api_key(self.person().as_str())
        }
    }
}
