/** Who may do what: users, their rules, and the log of what they were refused. Pure rules, which run no command. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.security;
