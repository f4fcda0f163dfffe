import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.common.settings.Settings;

/**
 * One node of the cluster for development, in a JVM of its own: real OpenSearch, on loopback only.
 * Started by script/cluster; it lives until it is told to end, or until the process it was given
 * ends.
 */
public final class Node {

    /** Arguments: number of this node, number of nodes, first HTTP port, first transport port,
     *  folder of this node, process to end with (0 for none). */
    public static void main(String[] args) throws Exception {
        int number = Integer.parseInt(args[0]);
        int nodes = Integer.parseInt(args[1]);
        int http = Integer.parseInt(args[2]);
        int transport = Integer.parseInt(args[3]);
        String folder = args[4];
        long owner = Long.parseLong(args[5]);

        OpenSearchRunner runner = new OpenSearchRunner();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(runner)));
        if (owner != 0) {
            // An owner that has ended already counts as ended now.
            ProcessHandle.of(owner).ifPresentOrElse(
                    it -> it.onExit().thenRun(() -> System.exit(0)), () -> System.exit(0));
        }
        runner.onBuild((index, settings) -> {
            settings.put("cluster.name", "searchkit");
            settings.put("node.name", name(number));
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", http + number - 1);
            settings.put("transport.port", transport + number - 1);
            settings.putList("discovery.seed_hosts",
                    each(nodes, n -> "127.0.0.1:" + (transport + n - 1)));
            settings.putList("cluster.initial_cluster_manager_nodes", each(nodes, Node::name));
            forTests(settings);
        });
        // The ports are those that were asked for: the runner is not to look for others.
        runner.setMaxHttpPort(-1);
        // OpenSearch's own set-up of logs would write files; the log goes to the standard output.
        runner.build("-basePath", Path.of(folder).toString(), "-numOfNode", "1",
                "-useLogger", "-disableESLogger");
        new CountDownLatch(1).await();
    }

    /** What a small machine needs, and a node that is lost being noticed within seconds. */
    private static void forTests(Settings.Builder settings) {
        settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
        // The serial collector lets garbage stand until the heap is full; counted as memory in use,
        // it would have requests refused that there is room for.
        settings.put("indices.breaker.total.use_real_memory", false);
        for (String check : List.of("follower_check", "leader_check")) {
            settings.put("cluster.fault_detection." + check + ".interval", "1s");
            settings.put("cluster.fault_detection." + check + ".timeout", "3s");
            settings.put("cluster.fault_detection." + check + ".retry_count", 3);
        }
    }

    private static void close(OpenSearchRunner runner) {
        try {
            runner.close();
        } catch (java.io.IOException problem) {
            System.err.println("the node did not close in order: " + problem);
        }
    }

    private static String name(int number) {
        return "node-" + number;
    }

    private static List<String> each(int nodes, java.util.function.IntFunction<String> made) {
        return IntStream.rangeClosed(1, nodes).mapToObj(made).collect(Collectors.toList());
    }
}
