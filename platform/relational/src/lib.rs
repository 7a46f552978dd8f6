//! SQLite behind the query layer that PostgreSQL will share; migrations; the one commit function.
