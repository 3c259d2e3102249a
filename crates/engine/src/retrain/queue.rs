//! Whose turn it is to train: first come, first served, so many at once.
//!
//! Owns the order. Must not know what a run does with its turn.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tidegate_core::{RunId, id::TrainingId};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::lock;

/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticket {
    Run(RunId),
    /// A first model in the making.
    First(TrainingId),
}

#[derive(Debug)]
pub struct Queue {
    line: Mutex<Line>,
    moved: Notify,
}

#[derive(Debug)]
struct Line {
    waiting: VecDeque<Ticket>,
    running: usize,
    most: usize,
    closed: bool,
}

/// The right to train; it ends when it is dropped.
#[derive(Debug)]
pub struct Turn(Arc<Queue>);

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.0.line).running -= 1;
        self.0.moved.notify_waiters();
    }
}

impl Queue {
    pub fn new(most: u32) -> Arc<Self> {
        let line = Line { waiting: VecDeque::new(), running: 0, most: most as usize, closed: false };
        Arc::new(Self { line: Mutex::new(line), moved: Notify::new() })
    }

    /// How many train at once from now on; those that do already go on.
    pub fn set_most(&self, most: u32) {
        lock(&self.line).most = most as usize;
        self.moved.notify_waiters();
    }

    /// Takes a place at the end.
    pub fn join(&self, run: Ticket) {
        lock(&self.line).waiting.push_back(run);
    }

    /// The place of a run that waits, from 1.
    pub fn position(&self, run: Ticket) -> Option<u32> {
        let index = lock(&self.line).waiting.iter().position(|waiting| *waiting == run)?;
        u32::try_from(index + 1).ok()
    }

    /// Waits for the turn of a run that has joined. None when it is called off, or nobody trains any more.
    pub async fn turn(self: &Arc<Self>, run: Ticket, called_off: &CancellationToken) -> Option<Turn> {
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            // From here on no move is missed.
            moved.as_mut().enable();
            {
                let mut line = lock(&self.line);
                if line.closed || called_off.is_cancelled() {
                    line.waiting.retain(|waiting| *waiting != run);
                    drop(line);
                    self.moved.notify_waiters();
                    return None;
                }
                if line.running < line.most && line.waiting.front() == Some(&run) {
                    line.waiting.pop_front();
                    line.running += 1;
                    drop(line);
                    self.moved.notify_waiters();
                    return Some(Turn(self.clone()));
                }
            }
            tokio::select! {
                () = moved => {}
                () = called_off.cancelled() => {}
            }
        }
    }

    /// Nobody's turn comes any more.
    pub fn close(&self) {
        lock(&self.line).closed = true;
        self.moved.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(queue: &Arc<Queue>, run: i64, off: &CancellationToken) -> tokio::task::JoinHandle<Option<Turn>> {
        queue.join(Ticket::Run(RunId(run)));
        let (queue, off) = (queue.clone(), off.clone());
        tokio::spawn(async move { queue.turn(Ticket::Run(RunId(run)), &off).await })
    }

    #[tokio::test]
    async fn turns_come_in_order_and_as_many_at_once_as_are_allowed() {
        let (queue, off) = (Queue::new(1), CancellationToken::new());
        let first = wait(&queue, 1, &off).await.unwrap().unwrap();
        let (second, third) = (wait(&queue, 2, &off), wait(&queue, 3, &off));
        tokio::task::yield_now().await;
        assert_eq!([1, 2, 3].map(|run| queue.position(Ticket::Run(RunId(run)))), [None, Some(1), Some(2)]);
        drop(first);
        let second = second.await.unwrap().unwrap();
        assert_eq!(queue.position(Ticket::Run(RunId(3))), Some(1));
        queue.set_most(2);
        let third = third.await.unwrap().unwrap();
        drop((second, third));
        assert_eq!(lock(&queue.line).running, 0);
    }

    #[tokio::test]
    async fn who_is_called_off_leaves_at_once_and_lets_the_next_one_move_up() {
        let (queue, off) = (Queue::new(1), CancellationToken::new());
        let first = wait(&queue, 1, &off).await.unwrap().unwrap();
        let mine = CancellationToken::new();
        let (second, third) = (wait(&queue, 2, &mine), wait(&queue, 3, &off));
        tokio::task::yield_now().await;
        mine.cancel();
        assert!(second.await.unwrap().is_none());
        assert_eq!(queue.position(Ticket::Run(RunId(3))), Some(1));
        queue.close();
        assert!(third.await.unwrap().is_none(), "nobody trains any more");
        drop(first);
    }
}
