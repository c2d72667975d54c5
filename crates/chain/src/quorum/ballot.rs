//! The answers to one request, counted: nothing wins that fewer than m nodes
//! said, and two different answers of which none wins are a disagreement.

use alloy::rpc::json_rpc::ErrorPayload;

/// What one node said.
#[derive(Clone, Debug)]
pub(super) enum Vote<T> {
    /// Something, and what it is the same as.
    For(String, T),
    /// That there is nothing yet.
    Nothing(T),
    /// That it will not say.
    Refusal(ErrorPayload),
    /// Not a word.
    Silence,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Verdict<T> {
    /// As many as it takes said so.
    Agreed(T),
    /// Nodes contradict each other.
    Disagreement,
    /// Too few said anything; why as many as it takes would not.
    Refused(ErrorPayload),
    /// Too few said anything.
    TooFew,
}

struct Party<T> {
    key: Option<String>,
    voters: Vec<usize>,
    answer: T,
}

/// Answers as they come.
pub(super) struct Ballot<T> {
    agreement: usize,
    parties: Vec<Party<T>>,
    refusals: Vec<ErrorPayload>,
}

impl<T: Clone> Ballot<T> {
    /// Where this many must say the same.
    pub(super) fn new(agreement: usize) -> Self {
        Self {
            agreement,
            parties: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// Takes the word of one node; each has one.
    pub(super) fn cast(&mut self, node: usize, vote: Vote<T>) {
        let (key, answer) = match vote {
            Vote::For(key, answer) => (Some(key), answer),
            Vote::Nothing(answer) => (None, answer),
            Vote::Refusal(payload) => return self.refusals.push(payload),
            Vote::Silence => return,
        };
        match self.parties.iter_mut().find(|party| party.key == key) {
            Some(party) => party.voters.push(node),
            None => self.parties.push(Party {
                key,
                voters: vec![node],
                answer,
            }),
        }
    }

    /// Whether no further answer makes a difference, where this many may come.
    pub(super) fn is_over(&self, outstanding: usize) -> bool {
        if self.winner().is_some() {
            return true;
        }
        let nothings = self.nothing().map_or(0, |party| party.voters.len());
        let open = |votes: usize| votes < self.agreement && votes + outstanding >= self.agreement;
        !open(self.most()) && !open(nothings)
    }

    /// The nodes that said something else than those that agree.
    pub(super) fn outvoted(&self) -> Vec<usize> {
        let Some(winner) = self.winner() else {
            return Vec::new();
        };
        let losers = self.somethings().filter(|party| party.key != winner.key);
        losers.flat_map(|party| party.voters.clone()).collect()
    }

    /// The nodes that said something, where they contradict each other.
    pub(super) fn quarrelling(&self) -> Vec<usize> {
        self.somethings()
            .flat_map(|party| party.voters.clone())
            .collect()
    }

    /// What came of it. `narrower` where a refusal may be about how much was
    /// asked for: then it goes before a disagreement.
    pub(super) fn verdict(mut self, narrower: bool) -> Verdict<T> {
        if let Some(winner) = self.winner() {
            return Verdict::Agreed(winner.answer.clone());
        }
        if let Some(nothing) = self.nothing()
            && nothing.voters.len() >= self.agreement
        {
            return Verdict::Agreed(nothing.answer.clone());
        }
        let enough = if narrower { 1 } else { self.agreement };
        let refused = self.refusals.len() >= enough;
        if self.somethings().count() > 1 && !(narrower && refused) {
            Verdict::Disagreement
        } else if refused {
            Verdict::Refused(self.refusals.swap_remove(0))
        } else {
            Verdict::TooFew
        }
    }

    fn nothing(&self) -> Option<&Party<T>> {
        self.parties.iter().find(|party| party.key.is_none())
    }

    fn somethings(&self) -> impl Iterator<Item = &Party<T>> {
        self.parties.iter().filter(|party| party.key.is_some())
    }

    /// Nothing never wins over what may still be said.
    fn winner(&self) -> Option<&Party<T>> {
        self.somethings()
            .find(|party| party.voters.len() >= self.agreement)
    }

    fn most(&self) -> usize {
        let most = self.somethings().map(|party| party.voters.len()).max();
        most.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refusal() -> Vote<&'static str> {
        Vote::Refusal(ErrorPayload {
            code: -32_000,
            message: "no".into(),
            data: None,
        })
    }

    fn said(what: &'static str) -> Vote<&'static str> {
        Vote::For(what.to_owned(), what)
    }

    fn counted(agreement: usize, votes: &[Vote<&'static str>]) -> Ballot<&'static str> {
        let mut ballot = Ballot::new(agreement);
        for (node, vote) in votes.iter().enumerate() {
            ballot.cast(node, vote.clone());
        }
        ballot
    }

    #[test]
    fn late_and_dead_nodes_contradict_nobody() {
        for others in [Vote::Nothing("null"), refusal(), Vote::Silence] {
            let ballot = counted(2, &[said("a"), others.clone(), others]);
            assert!(!matches!(ballot.verdict(false), Verdict::Disagreement));
        }
        let ballot = counted(2, &[Vote::Nothing("null"), Vote::Nothing("null")]);
        assert!(!ballot.is_over(2), "two may still say the same");
        assert!(ballot.is_over(1));
        assert!(matches!(ballot.verdict(false), Verdict::Agreed("null")));
    }

    #[test]
    fn a_refusal_of_too_much_goes_before_a_disagreement() {
        let votes = [said("a"), said("b"), refusal()];
        let verdict = counted(2, &votes).verdict(true);
        assert!(matches!(verdict, Verdict::Refused(_)));
        let verdict = counted(2, &votes).verdict(false);
        assert!(matches!(verdict, Verdict::Disagreement));
    }

    fn any_vote() -> impl Strategy<Value = Vote<&'static str>> {
        prop_oneof![
            Just(said("a")),
            Just(said("b")),
            Just(said("c")),
            Just(Vote::Nothing("null")),
            Just(refusal()),
            Just(Vote::Silence),
        ]
    }

    proptest! {
        /// Whatever liars say: no answer is taken that fewer than m nodes gave.
        #[test]
        fn nothing_wins_that_fewer_said(
            votes in proptest::collection::vec(any_vote(), 1..8),
            agreement in 1_usize..8,
        ) {
            let agreement = agreement.min(votes.len());
            let words = |what: &str| votes.iter().filter(|vote| match vote {
                Vote::For(_, said) | Vote::Nothing(said) => *said == what,
                _ => false,
            }).count();
            if let Verdict::Agreed(what) = counted(agreement, &votes).verdict(false) {
                prop_assert!(words(what) >= agreement);
            }
        }

        /// With fewer than m liars the answer is the truth or none; with at most
        /// n - m it is the truth.
        #[test]
        fn few_liars_change_nothing(
            lies in proptest::collection::vec(any_vote(), 0..4),
            more in 0_usize..4,
            order in any::<u64>(),
        ) {
            let agreement = lies.len() + 1;
            let honest = agreement + more;
            let mut votes = lies;
            votes.extend((0..honest).map(|_| said("truth")));
            let turn = order as usize % votes.len();
            votes.rotate_left(turn);
            let mut ballot = Ballot::new(agreement);
            let all = votes.len();
            for (node, vote) in votes.into_iter().enumerate() {
                ballot.cast(node, vote);
                if ballot.is_over(all - node - 1) {
                    break;
                }
            }
            prop_assert!(matches!(ballot.verdict(false), Verdict::Agreed("truth")));
        }
    }
}
