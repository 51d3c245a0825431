package dev.rondo.server.security;

/**
 * What clients are logged in to: a name, and the {@link User} that the rules make of it now. A client keeps its account
 * for as long as it is logged in and so heeds new rules from its next request on. Thread-safe.
 */
public final class Account {
    private volatile User user;
    private volatile boolean deleted;

    Account(User user) {
        this.user = user;
    }

    public User user() {
        return user;
    }

    public String name() {
        return user.name();
    }

    /** Whether nobody is to be logged in here any more; the user then may do nothing. */
    public boolean isDeleted() {
        return deleted;
    }

    void user(User newUser) {
        user = newUser;
    }

    void delete() {
        user = new User(new UserRules(user.name(), false));
        deleted = true;
    }
}
