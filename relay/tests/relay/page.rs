//! A page: it greets the relay, opens exchanges, and plays by the rules of credit.

use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use wire::{
    BODY_LIMIT_BYTES, ExchangeId, Hello, MailRequest, PROTOCOL_VERSION, Push, Refusal, Reply, Request, SessionId,
    ToPage, ToRelay,
};

/// A page that is connected.
pub(crate) struct Page {
    socket: WebSocketStream<TcpStream>,
    next: u32,
}

/// Everything that came back in an exchange.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) reply: Option<Reply>,
    pub(crate) body: Vec<u8>,
    pub(crate) pushes: Vec<Push>,
    pub(crate) refusal: Option<Refusal>,
}

impl Page {
    /// Connects and is welcome.
    pub(crate) async fn connect(relay: SocketAddr) -> Self {
        let mut page = Self::knock(relay).await;
        page.say(&ToRelay::Hello(Hello { version: PROTOCOL_VERSION, token: None })).await;
        assert!(matches!(page.hear().await, Some(ToPage::Welcome(_))));
        page
    }

    /// Connects and says nothing yet.
    pub(crate) async fn knock(relay: SocketAddr) -> Self {
        let stream = TcpStream::connect(relay).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (socket, _) = client_async(format!("ws://{relay}/relay"), stream).await.unwrap();
        Self { socket, next: 0 }
    }

    pub(crate) async fn say(&mut self, frame: &ToRelay) {
        self.say_raw(Message::binary(wire::encode(frame))).await;
    }

    pub(crate) async fn say_raw(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// The next frame; `None` when the relay has closed.
    pub(crate) async fn hear(&mut self) -> Option<ToPage> {
        loop {
            match self.socket.next().await? {
                Ok(Message::Binary(bytes)) => return Some(wire::decode(&bytes).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The code with which the relay closes, after whatever else it says.
    pub(crate) async fn hear_close(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.socket.next().await.unwrap().unwrap() {
                return frame.unwrap().code.into();
            }
        }
    }

    /// Opens an exchange without a body.
    pub(crate) async fn begin(&mut self, request: Request) -> ExchangeId {
        let exchange = ExchangeId(self.next);
        self.next += 1;
        self.say(&ToRelay::Request { exchange, request }).await;
        exchange
    }

    /// Sends a body as far as it fits into the first window.
    pub(crate) async fn send_body(&mut self, exchange: ExchangeId, body: &[u8]) {
        for bytes in body.chunks(BODY_LIMIT_BYTES) {
            self.say(&ToRelay::Body { exchange, bytes: bytes.to_vec() }).await;
        }
        self.say(&ToRelay::BodyEnd { exchange }).await;
    }

    /// Opens an exchange, sends its body, and hears it to the end.
    pub(crate) async fn ask(&mut self, request: Request, body: &[u8]) -> Answer {
        let exchange = self.begin(request).await;
        self.send_body(exchange, body).await;
        self.hear_out(exchange).await
    }

    /// Asks a mail session something.
    pub(crate) async fn ask_mail(&mut self, request: MailRequest) -> Answer {
        let exchange = self.begin(Request::Mail(request)).await;
        self.hear_out(exchange).await
    }

    /// Opens a mail session.
    pub(crate) async fn open_mail(&mut self, request: MailRequest) -> SessionId {
        match self.ask_mail(request).await.reply {
            Some(Reply::Opened { session, .. }) => session,
            reply => panic!("{reply:?}"),
        }
    }

    /// Hears an exchange to its end, granting credit for what comes.
    pub(crate) async fn hear_out(&mut self, exchange: ExchangeId) -> Answer {
        let mut answer = Answer::default();
        loop {
            match self.hear().await.expect("the relay has closed") {
                ToPage::Reply { exchange: id, reply } if id == exchange => {
                    assert!(answer.reply.replace(reply).is_none(), "there is one reply");
                }
                ToPage::Body { exchange: id, bytes } if id == exchange => {
                    let size = u32::try_from(bytes.len()).unwrap();
                    answer.body.extend(bytes);
                    self.say(&ToRelay::Credit { exchange, bytes: size }).await;
                }
                ToPage::Push { exchange: id, push } if id == exchange => answer.pushes.push(push),
                ToPage::Last { exchange: id } if id == exchange => return answer,
                ToPage::Failed { exchange: id, refusal } if id == exchange => {
                    answer.refusal = Some(refusal);
                    return answer;
                }
                _ => {}
            }
        }
    }

    pub(crate) async fn cancel(&mut self, exchange: ExchangeId) {
        self.say(&ToRelay::Cancel { exchange }).await;
    }
}
