package dev.rondo.server.script;

/**
 * The last that is known of a library's name, on its way between the nodes of a cluster: of two, the one with the
 * higher version counts. Immutable.
 *
 * @param version a hybrid logical clock
 * @param code empty when the library was deleted; not to be changed
 * @param isForeign whether it came from another node
 */
public record LibraryNews(String name, long version, byte[] code, boolean isForeign) {
    boolean isDeletion() {
        return code.length == 0;
    }
}
