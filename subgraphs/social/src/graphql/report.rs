//! `Report`: for moderators, and for who filed it.

use super::{
    comment::CommentNode, int, node::Node, post::PostNode, profile::ProfileNode, review::ReviewNode, user::UserNode,
    viewer,
};
use crate::{
    ReportReason,
    domain::{Report, ReportState, Subject},
    pages::map,
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Connection, Fault, Siblings, scalars::DateTime};
use hansa_values::UserId;
use std::{collections::HashMap, sync::Arc};

/// A report that the caller may see.
#[derive(Debug, Clone)]
pub(crate) struct ReportNode {
    report: Arc<Report>,
    batch: Arc<Batch>,
}

/// Reports that came together: who filed them, and what they are about.
#[derive(Debug)]
struct Batch {
    reporters: Arc<Siblings<UserId>>,
    subjects: Arc<Siblings<String>>,
    reported: Vec<Subject>,
}

impl ReportNode {
    pub(super) fn page(page: Connection<Report>) -> Connection<ReportNode> {
        let reports: Vec<&Report> = page.edges.iter().map(|edge| &edge.node).collect();
        let batch = Arc::new(Batch {
            reporters: Siblings::new(reports.iter().map(|report| report.reporter)),
            subjects: Siblings::new(reports.iter().map(|report| report.content.clone())),
            reported: reports.iter().map(|report| report.subject).collect(),
        });
        map(page, |report| ReportNode { report: Arc::new(report), batch: batch.clone() })
    }

    pub(super) fn one(report: Report) -> ReportNode {
        let batch = Batch {
            reporters: Siblings::new([report.reporter]),
            subjects: Siblings::new([report.content.clone()]),
            reported: vec![report.subject],
        };
        ReportNode { report: Arc::new(report), batch: Arc::new(batch) }
    }
}

/// Somebody thinks that something should not be here.
#[Object(name = "Report")]
impl ReportNode {
    async fn id(&self) -> ID {
        self.report.id.to_string().into()
    }

    async fn reporter(&self) -> Option<UserNode> {
        Some(UserNode::new(self.report.reporter, &self.batch.reporters))
    }

    /// What it is about; null once its author has removed it.
    async fn content(&self, ctx: &Context<'_>) -> Option<Result<Node, Fault>> {
        let found = self.batch.subjects.ask("content", reported(ctx, &self.batch.reported)).await;
        found.map(|found| found.get(&self.report.content).cloned()).transpose()
    }

    async fn reason(&self) -> ReportReason {
        self.report.reason
    }

    async fn note(&self) -> Option<&str> {
        self.report.note.as_deref()
    }

    async fn state(&self) -> ReportState {
        self.report.state
    }

    /// What the moderator said.
    async fn decision_reason(&self) -> Option<&str> {
        self.report.decision_reason.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        self.report.created_at.into()
    }

    async fn decided_at(&self) -> Option<DateTime> {
        self.report.decided_at.map(DateTime::from)
    }

    async fn version(&self) -> i32 {
        int(self.report.version)
    }
}

async fn reported(ctx: &Context<'_>, subjects: &[Subject]) -> Result<HashMap<String, Node>, Fault> {
    let viewer = viewer(ctx);
    let (mut posts, mut comments, mut reviews, mut profiles) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for subject in subjects {
        match subject {
            Subject::Post(id) => posts.push(*id),
            Subject::Comment(id) => comments.push(*id),
            Subject::Review(id) => reviews.push(*id),
            Subject::Profile(id) => profiles.push(*id),
        }
    }
    let mut found = HashMap::new();
    let nodes = PostNode::all(viewer.posts(&posts).await?).into_iter();
    found.extend(nodes.map(|(id, node)| (id.to_string(), Node::Post(node))));
    let nodes = CommentNode::all(viewer.comments(&comments).await?).into_iter();
    found.extend(nodes.map(|(id, node)| (id.to_string(), Node::Comment(node))));
    let nodes = ReviewNode::all(viewer.reviews(&reviews).await?).into_iter();
    found.extend(nodes.map(|(id, node)| (id.to_string(), Node::Review(node))));
    let nodes = ProfileNode::all(viewer.profiles(&profiles).await?).into_iter();
    found.extend(nodes.map(|(id, node)| (id.to_string(), Node::Profile(node))));
    Ok(found)
}
