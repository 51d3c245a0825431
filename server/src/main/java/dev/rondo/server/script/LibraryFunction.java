package dev.rondo.server.script;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function that a library has registered. Immutable.
 *
 * @param description what the library says of it, if anything
 * @param reference what the interpreter of the libraries knows it by
 */
public record LibraryFunction(String name, byte @Nullable [] description, Set<ScriptFlag> flags, int reference) {}
