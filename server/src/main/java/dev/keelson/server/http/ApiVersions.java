package dev.keelson.server.http;

/**
 * The version of the etcd API that this server keeps to. Clients choose features by it, so it is
 * not the version of our own release.
 */
public final class ApiVersions {
  /** What etcd calls its binary version; Kubernetes reads it as a semantic version. */
  public static final String SERVER = "3.7.1";

  public static final String CLUSTER = "3.7.0";
  public static final String STORAGE = "3.7.0";

  private ApiVersions() {}

  /** GET /version. */
  public static void answer(HttpQuery query) {
    query
        .reply()
        .accept(
            HttpReply.json(
                "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\",\"storage\":\"%s\"}"
                    .formatted(SERVER, CLUSTER, STORAGE)));
  }
}
