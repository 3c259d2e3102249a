//! The one thread that starts processes. Must not know what they are.
//!
//! On Linux a child is told to end with its parent, by which the kernel means the thread that started it; threads
//! of an async runtime come and go, this one stays. It also keeps `fork` off the runtime.

use std::{io, sync::OnceLock, thread};

use tokio::{
    process::{Child, Command},
    runtime::Handle,
    sync::{mpsc, oneshot},
};

type Order = (Command, Handle, oneshot::Sender<io::Result<Child>>);

pub async fn spawn(command: Command) -> io::Result<Child> {
    static ORDERS: OnceLock<mpsc::UnboundedSender<Order>> = OnceLock::new();
    let (answer, answered) = oneshot::channel();
    let gone = |_| io::Error::other("the spawning thread is gone");
    ORDERS.get_or_init(start).send((command, Handle::current(), answer)).map_err(|_| gone(()))?;
    answered.await.map_err(|_| gone(()))?
}

fn start() -> mpsc::UnboundedSender<Order> {
    let (orders, mut queue) = mpsc::unbounded_channel::<Order>();
    thread::spawn(move || {
        while let Some((mut command, runtime, answer)) = queue.blocking_recv() {
            let _entered = runtime.enter();
            // Nobody waits any more: the child is dropped, which kills it.
            let _ = answer.send(command.spawn());
        }
    });
    orders
}
