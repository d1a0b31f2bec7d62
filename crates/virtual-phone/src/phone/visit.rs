//! Making a visit: everything that a supervisor would tap, at once.

use std::sync::Arc;

use domain::{
    ids::{AssignmentId, OpId},
    op::{Payload, Salt, payload::AssignmentAccept},
    visit::VisitState,
};
use sync::Cut;

use super::{Miss, Phone};
use crate::{Event, Standard, content::first_time};

impl Phone {
    /// The tasks on which a visit can be handed in now: untouched, or given back.
    #[must_use]
    pub fn open_tasks(&self) -> Vec<AssignmentId> {
        let waits = |task: AssignmentId| self.engine.as_ref().is_some_and(|engine| engine.waits_for(task));
        self.tasks
            .values()
            .filter(|task| {
                let visit = task.visit.as_ref().map(|visit| visit.state);
                matches!(visit, None | Some(VisitState::UnderWay | VisitState::Returned))
            })
            .map(|task| task.assignment.id)
            .filter(|task| !waits(*task))
            .collect()
    }

    /// Accepts a task.
    ///
    /// # Errors
    /// [`Miss::Missing`]: there is no such task.
    pub fn accept(&mut self, task: AssignmentId) -> Result<(), Miss> {
        let base = self.tasks.get(&task).ok_or(Miss::Missing("task"))?.assignment.revision;
        self.cut(task, base, Payload::AssignmentAccept(AssignmentAccept {}))
    }

    /// Makes a visit and hands it in: cuts its ops, and names its photos. Nothing is sent.
    ///
    /// # Errors
    /// [`Miss::Missing`]: there is no such task, or its checklist is not here.
    pub fn visit(&mut self, task: AssignmentId, standard: &Standard) -> Result<(), Miss> {
        let known = self.tasks.get(&task).ok_or(Miss::Missing("task"))?.clone();
        let list = self.checklists.get(&known.assignment.checklist).map(Arc::clone);
        let list = list.ok_or(Miss::Missing("checklist"))?;
        let now = self.now();
        let (document, photos) = standard.document(&known, &list, now, &mut self.dice);
        self.photos.extend(photos);
        let ops = match &known.visit {
            None => first_time(task, document),
            // Mended: the whole document again, on what HQ saw.
            Some(visit) => vec![(visit.revision, Payload::VisitSubmit(document))],
        };
        for (base, payload) in ops {
            self.cut(task, base, payload)?;
        }
        Ok(())
    }

    fn cut(&mut self, task: AssignmentId, base: u32, payload: Payload) -> Result<(), Miss> {
        let cut = Cut {
            id: OpId(self.dice.uuid()),
            salt: Salt::new(self.dice.bytes()),
            now: self.now(),
            task,
            base,
            payload,
        };
        let changes =
            self.engine_mut()?.cut(cut).map_err(|error| Miss::Form { what: "cut", error: error.to_string() })?;
        self.write(changes);
        if let Some(op) = self.engine.as_ref().and_then(|engine| engine.waiting().last()) {
            self.saw(&Event::Cut(op));
        }
        Ok(())
    }
}
