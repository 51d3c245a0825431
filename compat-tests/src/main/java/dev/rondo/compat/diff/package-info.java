/**
 * The differential tester: random commands to a model (redis-server) and a candidate (Rondo), replies and keyspaces
 * compared. To cover a new command family, add a {@link dev.rondo.compat.diff.CommandFamily} beside the existing ones
 * and name it in {@link dev.rondo.compat.diff.Families}.
 */
@NullMarked
package dev.rondo.compat.diff;

import org.jspecify.annotations.NullMarked;
