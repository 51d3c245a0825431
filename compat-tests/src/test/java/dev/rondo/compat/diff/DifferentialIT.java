package dev.rondo.compat.diff;

import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Rondo answers random commands as redis-server does and ends with the same keyspace. Failing episodes are made small
 * by the tester itself, which replays them on both servers; jqwik's own shrinking is off.
 */
class DifferentialIT {
    private static final int EPISODES = 50;
    private static final int EPISODES_WITH_EVENTS = 10;
    private static final int EPISODES_OF_ONE_FAMILY = 20;
    private static final int EPISODE_LENGTH = 1000;

    private static ServerProcess plainRedis;
    private static ServerProcess plainRondo;
    private static ServerProcess clusterOfOneRedis;
    private static ServerProcess clusterOfOneRondo;

    @BeforeContainer
    static void startServers() {
        plainRedis = RedisServers.plain(RedisServers.prompt());
        plainRondo = RondoNodes.plain();
        clusterOfOneRedis = RedisServers.clusterOfOne(RedisServers.prompt());
        clusterOfOneRondo = RondoNodes.clusterOfOne();
    }

    @AfterContainer
    static void stopServers() {
        List.of(plainRedis, plainRondo, clusterOfOneRedis, clusterOfOneRondo).forEach(ServerProcess::close);
    }

    @Property(tries = EPISODES, shrinking = ShrinkingMode.OFF)
    void aPlainServerAnswersAsRedis(@ForAll("onAnySlot") List<Step> episode) {
        new EpisodeRunner(plainRedis.port(), plainRondo.port(), Differences.ofRondo()).assertSame(episode);
    }

    @Property(tries = EPISODES, shrinking = ShrinkingMode.OFF)
    void aClusterOfOneAnswersAsARedisCluster(@ForAll("onOneHashTag") List<Step> episode) {
        new EpisodeRunner(clusterOfOneRedis.port(), clusterOfOneRondo.port(), Differences.ofRondo())
                .assertSame(episode);
    }

    @Property(tries = EPISODES_OF_ONE_FAMILY, shrinking = ShrinkingMode.OFF)
    void aPlainServerSortsAsRedis(@ForAll("sorts") List<Step> episode) {
        new EpisodeRunner(plainRedis.port(), plainRondo.port(), Differences.ofRondo()).assertSame(episode);
    }

    @Property(tries = EPISODES_OF_ONE_FAMILY, shrinking = ShrinkingMode.OFF)
    void usersMayDoWhatRedisLetsThemDo(@ForAll("users") List<Step> episode) {
        new EpisodeRunner(plainRedis.port(), plainRondo.port(), Differences.ofRondo()).assertSame(episode);
    }

    @Property(tries = EPISODES_WITH_EVENTS, shrinking = ShrinkingMode.OFF)
    void whatHappensToKeysIsToldAsByRedis(@ForAll("onAnySlot") List<Step> episode) {
        new EpisodeRunner(plainRedis.port(), plainRondo.port(), Differences.ofRondo())
                .comparingEvents()
                .assertSame(episode);
    }

    @Provide
    Arbitrary<List<Step>> onAnySlot() {
        return episodes(KeyNames.ANY_SLOT);
    }

    @Provide
    Arbitrary<List<Step>> sorts() {
        return episodes(KeyNames.ANY_SLOT, Families.named(List.of("sort")));
    }

    @Provide
    Arbitrary<List<Step>> users() {
        return episodes(KeyNames.ANY_SLOT, Families.named(List.of("acl")));
    }

    @Provide
    Arbitrary<List<Step>> onOneHashTag() {
        return episodes(KeyNames.ONE_HASH_TAG);
    }

    /**
     * Sorted sets meet no commands that rename, restore or otherwise bring keys to other names: what byte ranges of a
     * set with several scores hold is not specified, so the tester keeps such sets under names of their own. SORT is
     * among its own: redis-server 7.0 refuses a sort when the number in an earlier command of anybody was out of range,
     * and looks keys up in the order of a hash table. Users have episodes of their own too, in which every command may
     * be refused.
     */
    private static Arbitrary<List<Step>> episodes(KeyNames keyNames) {
        List<CommandFamily> others = Families.all().stream()
                .filter(family -> !List.of("zset", "acl", "sort").contains(family.name()))
                .toList();
        return Arbitraries.oneOf(
                episodes(keyNames, others),
                episodes(keyNames, Families.named(List.of("zset", "transactions", "connection"))));
    }

    private static Arbitrary<List<Step>> episodes(KeyNames keyNames, List<CommandFamily> families) {
        EpisodeGenerator generator = new EpisodeGenerator(families, keyNames);
        return Arbitraries.randomValue(generator::step).list().ofSize(EPISODE_LENGTH);
    }
}
