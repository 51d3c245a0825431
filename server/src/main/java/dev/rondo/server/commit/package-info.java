/** What happens to the effects of a command before its reply may leave: the commit modes. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.commit;
