//! Decisions: what is wanted of a state, and what becomes of it.

use super::{
    Audience, Author, Comment, Facts, Post, PostContent, PostEvent, Profile, ProfileChange, Reaction, Relationship,
    RelationshipState, Report, ReportState, Review, ReviewContent, Standing, Subject, Tally, Tie,
    ids::{CommentId, PostId, ProductId, ReportId, ReviewId},
    reaction::ReactionKind,
    refusal::Refusal,
    relationship::Followed,
    removal::Removal,
    report::{Complaint, ModerationDecision, ReportReason, Verdict},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::{EntityKind, Id, UserId};

/// Any id, by number.
fn id<K: EntityKind>(number: u128) -> Id<K> {
    let text = format!("{}_{number:026}", K::PREFIX);
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn author(number: u128) -> Author {
    Author { user: id(number), username: format!("user{number}"), now: now() }
}

const PUBLIC: Followed = Followed { is_private: false, has_blocked: false };
const PRIVATE: Followed = Followed { is_private: true, has_blocked: false };

fn removal() -> Removal {
    Removal { reason: "rude".to_owned(), at: now() }
}

fn post() -> Post {
    let content = PostContent::new("Hello", &[], &[]).unwrap();
    Post::publish(id(1), &author(1), content, false).0
}

fn review() -> Review {
    let content = ReviewContent::new(4, "Good", "It works.").unwrap();
    Review::submit(id(1), id(7), &author(1), content).0
}

fn tags(tags: &[&str]) -> Result<Vec<String>, Refusal> {
    let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let content = PostContent::new("Hello", &tags, &[])?;
    Ok(Post::publish(id(1), &author(1), content, false).0.tags)
}

#[test]
fn tags_are_normalised() {
    assert_eq!(tags(&[" #Wood ", "WOOD", "Tee-Kanne", "übung_2"]).unwrap(), ["wood", "tee-kanne", "übung_2"]);
    for bad in ["", "#", "two words", "a/b", "##x", &"x".repeat(51)] {
        assert!(matches!(tags(&[bad]), Err(Refusal::TagInvalid { .. })), "{bad}");
    }
    let eleven: Vec<String> = (0..11).map(|number| format!("t{number}")).collect();
    let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
    assert_eq!(tags(&eleven), Err(Refusal::TooManyTags { found: 11 }));
    assert_eq!(tags(&eleven[..10]).unwrap().len(), 10);
}

#[test]
fn texts_are_trimmed_and_bounded() {
    let body = |text: &str| PostContent::new(text, &[], &[]).map(|_| ());
    assert_eq!(body(" \n "), Err(Refusal::TextBlank { field: "body" }));
    assert_eq!(body(&"é".repeat(4_000)), Ok(()));
    assert_eq!(body(&"é".repeat(4_001)), Err(Refusal::TextTooLong { field: "body", found: 4_001, max: 4_000 }));
    assert_eq!(body("two\nlines"), Ok(()));
    assert_eq!(body("bell\u{7}"), Err(Refusal::TextNotPrintable { field: "body" }));
    let title = |text: &str| ReviewContent::new(3, text, "body").map(|_| ());
    assert_eq!(title("two\nlines"), Err(Refusal::TextNotPrintable { field: "title" }));
    assert_eq!(title(&"x".repeat(121)), Err(Refusal::TextTooLong { field: "title", found: 121, max: 120 }));
}

#[test]
fn a_post_names_each_of_at_most_ten_products_once() {
    let products: Vec<ProductId> = (0..11).map(id).collect();
    let twice = [products[0], products[1], products[0]];
    let (post, _) = Post::publish(id(1), &author(1), PostContent::new("Hello", &[], &twice).unwrap(), false);
    assert_eq!(post.products, products[..2]);
    assert_eq!(PostContent::new("Hello", &[], &products), Err(Refusal::TooManyProducts { found: 11 }));
}

#[test]
fn texts_of_private_profiles_are_in_no_event() {
    let content = || PostContent::new("Secret", &["quiet".to_owned()], &[]).unwrap();
    let (_, shown) = Post::publish(id(1), &author(1), content(), false);
    let (post, hidden) = Post::publish(id(1), &author(1), content(), true);
    assert!(serde_json::to_string(&shown).unwrap().contains("Secret"));
    let (_, edited) = post.edit(content(), (true, 1), now()).unwrap();
    for event in [hidden, edited] {
        let text = serde_json::to_string(&event).unwrap();
        assert!(!text.contains("Secret") && !text.contains("quiet"), "{text}");
    }
}

#[test]
fn a_post_changes_only_from_the_version_that_was_seen() {
    let content = || PostContent::new("Hello again", &[], &[]).unwrap();
    let later = now() + TimeDelta::minutes(1);
    let (edited, event) = post().edit(content(), (false, 1), later).unwrap();
    assert_eq!((edited.version, edited.edited_at, edited.body.as_str()), (2, Some(later), "Hello again"));
    assert!(matches!(event, PostEvent::Edited { .. }));
    assert_eq!(edited.edit(content(), (false, 1), later), Err(Refusal::VersionConflict { current: 2 }));
}

#[test]
fn what_an_author_removes_loses_its_text_and_what_a_moderator_removes_does_not() {
    let (gone, _) = post().remove_by_author().unwrap();
    assert_eq!((gone.body.as_str(), gone.standing), ("", Standing::RemovedByAuthor));
    assert_eq!(gone.clone().remove_by_author(), None);
    assert_eq!(gone.remove_by_moderator(removal()), None);
    let (hidden, _) = post().remove_by_moderator(removal()).unwrap();
    assert_eq!((hidden.body.as_str(), hidden.standing), ("Hello", Standing::RemovedByModerator));
    let content = PostContent::new("Again", &[], &[]).unwrap();
    assert_eq!(hidden.edit(content, (false, 2), now()), Err(Refusal::ContentRemoved));

    let (comment, _) =
        Comment::add(id::<crate::domain::ids::CommentKind>(1), (id(1), id(9)), &author(1), "So?").unwrap();
    let (gone, _) = comment.clone().remove_by_author().unwrap();
    assert_eq!((gone.body.as_str(), gone.clone().remove_by_author()), ("", None));
    assert_eq!(comment.remove_by_moderator(removal()).unwrap().0.body, "So?");
}

#[test]
fn a_removed_review_makes_room_for_another_unless_a_moderator_removed_it() {
    assert_eq!(review().slot, "current");
    let (gone, _) = review().remove_by_author().unwrap();
    assert_eq!(gone.slot, gone.id.to_string());
    let (hidden, _) = review().remove_by_moderator(removal()).unwrap();
    assert_eq!(hidden.slot, "current");
    assert_eq!(hidden.remove_by_author().unwrap().0.slot, "current");
    for rating in [0, 6, -1, i32::MIN, i32::MAX] {
        assert_eq!(ReviewContent::new(rating, "t", "b"), Err(Refusal::RatingOutOfRange { found: rating }));
    }
    let content = ReviewContent::new(1, "Bad", "It broke.").unwrap();
    let (edited, _) = review().edit(content.clone(), 1, now()).unwrap();
    assert_eq!((edited.rating, edited.version), (1, 2));
    assert_eq!(edited.edit(content, 1, now()), Err(Refusal::VersionConflict { current: 2 }));
}

#[test]
fn averages_have_one_digit() {
    let average = |count, sum| Tally { count, sum }.average();
    assert_eq!(average(0, 0), None);
    assert_eq!(average(3, 13), Some(4.3));
    assert_eq!(average(3, 14), Some(4.7));
    assert_eq!(average(4, 17), Some(4.3), "4.25 is rounded up");
    assert_eq!(average(2, 10), Some(5.0));
}

#[test]
fn following_a_private_profile_is_a_request() {
    let (anna, ben): (UserId, UserId) = (id(1), id(2));
    let none = || Relationship::none(anna, ben, now());
    let (asked, _) = none().follow(PRIVATE, now()).unwrap().unwrap();
    assert_eq!((asked.state, asked.version), (RelationshipState::Pending, 1));
    assert_eq!(asked.clone().follow(PRIVATE, now()), Ok(None));
    let (follows, _) = asked.clone().accept(now()).unwrap().unwrap();
    assert_eq!((follows.state, follows.version), (RelationshipState::Active, 2));
    assert_eq!(follows.clone().follow(PRIVATE, now()), Ok(None), "who follows need not ask again");
    assert_eq!(follows.clone().accept(now()), Ok(None));
    assert!(matches!(follows.clone().decline(now()), Err(Refusal::NotFound { .. })));
    let (declined, _) = asked.decline(now()).unwrap().unwrap();
    assert_eq!(declined.state, RelationshipState::Ended);
    assert!(matches!(declined.accept(now()), Err(Refusal::NotFound { .. })));
    assert_eq!(follows.unfollow(now()).unwrap().0.state, RelationshipState::Ended);
    assert_eq!(none().unfollow(now()), None);
}

#[test]
fn a_block_replaces_a_follow_and_stays_until_it_is_released() {
    let (anna, ben): (UserId, UserId) = (id(1), id(2));
    let (follows, _) = Relationship::none(anna, ben, now()).follow(PUBLIC, now()).unwrap().unwrap();
    let (blocked, _) = follows.block(now()).unwrap();
    assert_eq!((blocked.state, blocked.version), (RelationshipState::Blocked, 2));
    assert_eq!(blocked.clone().block(now()), None);
    assert_eq!(blocked.clone().unfollow(now()), None);
    assert_eq!(blocked.clone().follow(PUBLIC, now()), Err(Refusal::BlockedByViewer));
    assert!(blocked.clone().accept(now()).is_err());
    let (ended, _) = blocked.unblock(now()).unwrap();
    assert_eq!(ended.state, RelationshipState::Ended);
    assert_eq!(ended.unblock(now()), None);
}

#[test]
fn a_tie_is_what_either_side_made_of_it() {
    let (anna, ben): (UserId, UserId) = (id(1), id(2));
    let relationship = |from, to, state| Relationship { state, version: 1, ..Relationship::none(from, to, now()) };
    let follows = relationship(anna, ben, RelationshipState::Active);
    let asks = relationship(anna, ben, RelationshipState::Pending);
    let blocks = relationship(ben, anna, RelationshipState::Blocked);
    let between = |there, back| Tie::between(Some(anna), ben, (there, back));
    assert_eq!(between(None, None), Tie::Stranger);
    assert_eq!(between(Some(&follows), None), Tie::Follower);
    assert_eq!(between(Some(&asks), None), Tie::Stranger);
    assert_eq!(between(Some(&follows), Some(&blocks)), Tie::Blocked);
    assert_eq!(between(Some(&blocks), None), Tie::Blocked);
    assert_eq!(between(None, Some(&follows)), Tie::Stranger, "being followed opens nothing");
    assert_eq!(Tie::between(Some(ben), ben, (None, None)), Tie::Author);
    assert_eq!(Tie::between(None, ben, (None, None)), Tie::Stranger);
    assert_eq!(Facts::default().audience, Audience::Everyone);
}

#[test]
fn reactions_are_set_replaced_and_taken_back() {
    let none = || Reaction::none(id(1), id(2), now());
    assert_eq!(none().set(None, now()), None);
    let (like, _) = none().set(Some(ReactionKind::Like), now()).unwrap();
    assert_eq!(like.clone().set(Some(ReactionKind::Like), now()), None);
    let (wow, _) = like.set(Some(ReactionKind::Wow), now()).unwrap();
    assert_eq!((wow.kind, wow.version), (Some(ReactionKind::Wow), 2));
    let (cleared, _) = wow.set(None, now()).unwrap();
    assert_eq!((cleared.kind, cleared.version), (None, 3));
}

#[test]
fn profiles_say_what_their_user_wants() {
    let (profile, _) = Profile::create(&author(5));
    assert_eq!(profile.id.uuid(), profile.user.uuid());
    let change = ProfileChange { display_name: Some(" Anna "), bio: Some("Wood."), ..ProfileChange::default() };
    let (profile, _) = profile.update(&change).unwrap();
    assert_eq!(profile.display_name.as_deref(), Some("Anna"));
    let change = ProfileChange { bio: Some(""), is_private: Some(true), ..ProfileChange::default() };
    let (profile, _) = profile.update(&change).unwrap();
    assert_eq!(
        (profile.display_name.as_deref(), profile.bio.as_deref(), profile.is_private),
        (Some("Anna"), None, true)
    );
    let stale = ProfileChange { expected_version: Some(1), ..ProfileChange::default() };
    assert_eq!(profile.clone().update(&stale).map(|_| ()), Err(Refusal::VersionConflict { current: 3 }));
    let removal = Removal { reason: "rude".to_owned(), at: now() };
    let (cleared, _) = profile.clear(&removal).unwrap();
    assert_eq!((&cleared.display_name, &cleared.bio, cleared.is_private), (&None, &None, true));
    assert_eq!(cleared.clone().clear(&removal), None, "a decision is carried out once");
    let later = Removal { at: now() + chrono::TimeDelta::seconds(1), ..removal };
    assert!(cleared.clear(&later).is_some());
}

#[test]
fn a_report_is_decided_once() {
    let complaint = Complaint { reporter: id(1), subject: Subject::Post(id(3)), content_author: id(2), now: now() };
    let (report, _) = Report::file(id(1), complaint, ReportReason::Spam, Some(" ")).unwrap();
    assert_eq!((report.note.as_deref(), report.slot.as_str()), (None, "open"));
    let own = Complaint { reporter: id(2), ..complaint };
    assert_eq!(Report::file(id(1), own, ReportReason::Spam, None).map(|_| ()), Err(Refusal::OwnContent));
    let verdict = Verdict::new(ModerationDecision::Remove, "advertising", (id(9), now())).unwrap();
    let (decided, _) = report.decide(&verdict).unwrap();
    assert_eq!((decided.state, decided.slot.clone()), (ReportState::Removed, decided.id.to_string()));
    assert_eq!(decided.decide(&verdict).map(|_| ()), Err(Refusal::AlreadyDecided));
    assert!(Verdict::new(ModerationDecision::Dismiss, " ", (id(9), now())).is_err());
}

#[test]
fn who_is_blocked_follows_in_their_own_eyes() {
    let (anna, ben): (UserId, UserId) = (id(1), id(2));
    let none = || Relationship::none(anna, ben, now());
    let blocks = |followed: Followed| Followed { has_blocked: true, ..followed };
    for (followed, state) in [(PUBLIC, RelationshipState::Unheard), (PRIVATE, RelationshipState::UnheardRequest)] {
        let (unheard, event) = none().follow(blocks(followed), now()).unwrap().unwrap();
        assert_eq!((unheard.state, event.event_type()), (state, "follow_unheard"));
        assert_eq!(unheard.clone().follow(blocks(followed), now()), Ok(None));
        assert!(unheard.clone().accept(now()).is_err() && unheard.clone().decline(now()).is_err());
        let (heard, _) = unheard.clone().follow(PUBLIC, now()).unwrap().unwrap();
        assert_eq!(heard.state, RelationshipState::Active, "the block is gone");
        assert_eq!(unheard.clone().unfollow(now()).unwrap().0.state, RelationshipState::Ended);
        assert_eq!(unheard.block(now()).unwrap().0.state, RelationshipState::Blocked);
    }
    let (unheard, _) = none().follow(blocks(PUBLIC), now()).unwrap().unwrap();
    assert_eq!(unheard.follow(blocks(PRIVATE), now()), Ok(None), "who follows need not ask again");
}

#[test]
fn subjects_are_told_by_their_ids() {
    let (post, comment, review, report): (PostId, CommentId, ReviewId, ReportId) = (id(1), id(2), id(3), id(4));
    assert_eq!(Subject::parse(&post.to_string()), Some(Subject::Post(post)));
    assert_eq!(Subject::parse(&comment.to_string()), Some(Subject::Comment(comment)));
    assert_eq!(Subject::parse(&review.to_string()), Some(Subject::Review(review)));
    assert_eq!(Subject::parse(&report.to_string()), None);
    assert_eq!(Subject::parse("post_"), None);
}
