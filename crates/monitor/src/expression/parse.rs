//! Text to a checked expression, by recursive descent; every error says where.

use tidegate_core::{Error, Result, schema::Schema};

use super::{Binary, Expression, Function, Node, Variable, code};

const MOST_CHARACTERS: usize = 2_000;
const DEEPEST: usize = 60;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Sign(&'static str),
    End,
}

/// Longer ones first.
const SIGNS: [&str; 19] =
    ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "^", "!", "(", ")", ",", "="];

/// From the loosest to the tightest.
const LEVELS: [&[(&str, Binary)]; 5] = [
    &[("||", Binary::Or), ("or", Binary::Or)],
    &[("&&", Binary::And), ("and", Binary::And)],
    &[
        ("==", Binary::Equal),
        ("=", Binary::Equal),
        ("!=", Binary::NotEqual),
        ("<=", Binary::LessOrEqual),
        (">=", Binary::GreaterOrEqual),
        ("<", Binary::Less),
        (">", Binary::Greater),
    ],
    &[("+", Binary::Add), ("-", Binary::Subtract)],
    &[("*", Binary::Multiply), ("/", Binary::Divide), ("%", Binary::Remainder)],
];

pub(super) fn parse(text: &str, schema: &Schema) -> Result<Expression> {
    if text.chars().count() > MOST_CHARACTERS {
        return Err(Error::invalid(format!("the expression is longer than {MOST_CHARACTERS} characters")));
    }
    let mut parser = Parser { text, tokens: tokens(text)?, next: 0, depth: 0, schema, features: vec![] };
    let root = parser.level(0)?;
    match parser.peek() {
        Token::End => Ok(Expression { root, features: parser.features, labels: schema.labels.clone() }),
        _ => Err(parser.expected("an operator or the end")),
    }
}

/// Column 1 is the first character.
fn error(text: &str, at: usize, what: &str) -> Error {
    let column = text[..at].chars().count() + 1;
    let around: String = text[at..].chars().take(12).collect();
    let found = if around.is_empty() { "the end".into() } else { format!("`{around}`") };
    Error::invalid(format!("column {column}: {what}, not {found}"))
        .hint(format!("{text}\n{}^", " ".repeat(column - 1)))
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = token(text, at, first)?;
        tokens.push((at, token));
        at += length;
    }
    tokens.push((at, Token::End));
    Ok(tokens)
}

fn token(text: &str, at: usize, first: char) -> Result<(Token, usize)> {
    let rest = &text[at..];
    let while_ = |accept: fn(char) -> bool| rest.find(|c| !accept(c)).unwrap_or(rest.len());
    if matches!(first, '"' | '\'' | '`') {
        let length = rest[1..].find(first).ok_or_else(|| error(text, at, &format!("a closing {first}")))?;
        let inner = rest[1..=length].to_owned();
        let token = if first == '`' { Token::Name(inner) } else { Token::Text(inner) };
        return Ok((token, length + 2));
    }
    if first.is_ascii_digit() || first == '.' {
        let length = number_length(rest);
        let number = rest[..length].parse().map_err(|_| error(text, at, "a number"))?;
        return Ok((Token::Number(number), length));
    }
    if first.is_alphabetic() || first == '_' {
        let length = while_(|c| c.is_alphanumeric() || c == '_');
        return Ok((Token::Name(rest[..length].to_owned()), length));
    }
    let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
    sign.map(|sign| (Token::Sign(sign), sign.len()))
        .ok_or_else(|| error(text, at, "a number, a name or an operator"))
}

/// Digits, a fraction and an exponent.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let length = digits(text);
    let rest = text[length..].strip_prefix(['e', 'E']);
    let exponent = rest.map(|rest| {
        let sign = usize::from(rest.starts_with(['+', '-']));
        (sign, digits(&rest[sign..]))
    });
    match exponent {
        Some((sign, digits)) if digits > 0 => length + 1 + sign + digits,
        _ => length,
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
    schema: &'a Schema,
    features: Vec<String>,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].1
    }
    fn take(&mut self) -> Token {
        let token = self.tokens[self.next].1.clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }
    fn expected(&self, what: &str) -> Error {
        error(self.text, self.tokens[self.next].0, &format!("expected {what}"))
    }
    fn accept(&mut self, sign: &str) -> bool {
        let found = match self.peek() {
            Token::Sign(found) => *found == sign,
            // Words that join: `and`, `or`.
            Token::Name(name) => sign.starts_with(char::is_alphabetic) && name == sign,
            _ => false,
        };
        self.next += usize::from(found);
        found
    }
    fn require(&mut self, sign: &str) -> Result<()> {
        if self.accept(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }
    fn level(&mut self, level: usize) -> Result<Node> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        while let Some((_, binary)) = operators.iter().find(|(sign, _)| self.accept(sign)) {
            left = Node::Binary(*binary, Box::new(left), Box::new(self.level(level + 1)?));
        }
        Ok(left)
    }
    fn unary(&mut self) -> Result<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected("fewer nested parts"));
        }
        let node = if self.accept("-") {
            Node::Minus(Box::new(self.unary()?))
        } else if self.accept("!") || self.accept("not") {
            Node::Not(Box::new(self.unary()?))
        } else {
            self.power()?
        };
        self.depth -= 1;
        Ok(node)
    }
    /// Binds tighter than a minus before it, and to the right: -2^2 is -4, 2^3^2 is 512.
    fn power(&mut self) -> Result<Node> {
        let base = self.primary()?;
        match self.accept("^") {
            true => Ok(Node::Binary(Binary::Power, Box::new(base), Box::new(self.unary()?))),
            false => Ok(base),
        }
    }
    fn primary(&mut self) -> Result<Node> {
        let at = self.next;
        match self.take() {
            Token::Number(number) => Ok(Node::Number(number)),
            Token::Text(text) => Ok(Node::Number(code(&text))),
            Token::Sign("(") => {
                let inner = self.level(0)?;
                self.require(")")?;
                Ok(inner)
            }
            Token::Name(name) => {
                match (self.peek(), Function::ALL.iter().find(|(known, _)| *known == name)) {
                    (Token::Sign("("), Some((_, function))) => self.call(&name, *function),
                    _ => self.variable(&name, at),
                }
            }
            _ => {
                self.next = at;
                Err(self.expected("a number, a name or `(`"))
            }
        }
    }
    fn call(&mut self, name: &str, function: Function) -> Result<Node> {
        self.require("(")?;
        let mut arguments = vec![self.level(0)?];
        while self.accept(",") {
            arguments.push(self.level(0)?);
        }
        let (fewest, most) = function.arguments();
        if !(fewest..=most).contains(&arguments.len()) {
            let many = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
            return Err(self.expected(&format!("{many} values in `{name}`, which has {}", arguments.len())));
        }
        self.require(")")?;
        Ok(Node::Call(function, arguments))
    }
    fn variable(&mut self, name: &str, at: usize) -> Result<Node> {
        let schema = self.schema;
        let class = name.strip_prefix("p_").and_then(|class| schema.labels.iter().position(|l| l == class));
        let variable = match name {
            "y" => Variable::Truth,
            "yhat" => Variable::Answer,
            "p" if !schema.labels.is_empty() => Variable::Probability,
            "true" => return Ok(Node::Number(1.0)),
            "false" => return Ok(Node::Number(0.0)),
            _ => match (class, schema.features.iter().any(|feature| feature.name == name)) {
                (Some(class), _) => Variable::Of(class),
                (None, true) => Variable::Feature(self.feature(name)),
                (None, false) => return Err(self.unknown(name, at)),
            },
        };
        Ok(Node::Variable(variable))
    }
    fn feature(&mut self, name: &str) -> usize {
        if let Some(known) = self.features.iter().position(|known| known == name) {
            return known;
        }
        self.features.push(name.to_owned());
        self.features.len() - 1
    }
    fn unknown(&self, name: &str, at: usize) -> Error {
        let column = self.text[..self.tokens[at].0].chars().count() + 1;
        let probabilities = self.schema.labels.iter().take(4).map(|label| format!("p_{label}"));
        let p = (!self.schema.labels.is_empty()).then(|| "p".to_owned());
        let features = self.schema.features.iter().take(8).map(|feature| feature.name.clone());
        let names: Vec<String> = ["y".to_owned(), "yhat".to_owned()]
            .into_iter()
            .chain(p)
            .chain(probabilities)
            .chain(features)
            .collect();
        let quote = "names with spaces stand in `backticks`, texts in \"quotes\"";
        Error::invalid(format!("column {column}: there is no `{name}`"))
            .hint(format!("there are {}, ...; {quote}", names.join(", ")))
    }
}
