//! A rule as iCalendar writes it: the shortest text that means it.

use std::fmt;

use jiff::civil::Weekday;

use super::rule::{End, Rule, WeekdayNumber, weekday_name};

/// The value as iCalendar writes it: the parts in the order in which RFC 5545 lists them, without those that say nothing.
impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FREQ={}", self.frequency().name())?;
        match self.end() {
            End::Never => {}
            End::Count(count) => write!(out, ";COUNT={count}")?,
            End::Until(until) => write!(out, ";UNTIL={until}")?,
        }
        if self.interval() != 1 {
            write!(out, ";INTERVAL={}", self.interval())?;
        }
        write_list(out, "BYSECOND", &self.by_second)?;
        write_list(out, "BYMINUTE", &self.by_minute)?;
        write_list(out, "BYHOUR", &self.by_hour)?;
        write_list(out, "BYDAY", &self.by_day)?;
        write_list(out, "BYMONTHDAY", &self.by_month_day)?;
        write_list(out, "BYYEARDAY", &self.by_year_day)?;
        write_list(out, "BYWEEKNO", &self.by_week_number)?;
        write_list(out, "BYMONTH", &self.by_month)?;
        write_list(out, "BYSETPOS", &self.by_set_position)?;
        if self.week_start() != Weekday::Monday {
            write!(out, ";WKST={}", weekday_name(self.week_start()))?;
        }
        Ok(())
    }
}

impl fmt::Display for WeekdayNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(number) = self.number {
            write!(out, "{number}")?;
        }
        out.write_str(weekday_name(self.weekday))
    }
}

fn write_list<T: fmt::Display>(out: &mut fmt::Formatter<'_>, name: &str, values: &[T]) -> fmt::Result {
    for (index, value) in values.iter().enumerate() {
        match index {
            0 => write!(out, ";{name}={value}")?,
            _ => write!(out, ",{value}")?,
        }
    }
    Ok(())
}
