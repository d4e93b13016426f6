package dev.keelson.testkit;

import dev.keelson.client.KeelsonClient;
import dev.keelson.embedded.EmbeddedCluster;
import java.lang.reflect.ParameterizedType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Does what {@link KeelsonCluster} says. A cluster belongs to the class or to the test that bears
 * the annotation, a client to the class or the test in whose methods it is a parameter; they end
 * with it.
 */
public final class ClusterExtension implements BeforeEachCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(ClusterExtension.class);

  @Override
  public void beforeEach(ExtensionContext context) {
    opened(context).makeReadyForAnotherTest();
  }

  /** That of the test, or else that of its class, or of the class around that. */
  private static OpenCluster opened(ExtensionContext context) {
    for (var owner = Optional.of(context); owner.isPresent(); owner = owner.get().getParent()) {
      var wanted = AnnotationSupport.findAnnotation(owner.get().getElement(), KeelsonCluster.class);
      if (wanted.isPresent()) {
        return store(owner.get())
            .computeIfAbsent(
                "cluster of " + owner.get().getUniqueId(),
                _ -> OpenCluster.start(wanted.get()),
                OpenCluster.class);
      }
    }
    throw new ParameterResolutionException(
        "no cluster here: @KeelsonCluster stands on a method, and this belongs to its class");
  }

  private static Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == EmbeddedCluster.class
        || type == KeelsonClient.class
        || (parameter.isAnnotated(Endpoints.class) && isListOfStrings(parameter));
  }

  private static boolean isListOfStrings(ParameterContext parameter) {
    return parameter.getParameter().getParameterizedType() instanceof ParameterizedType list
        && list.getRawType() == List.class
        && list.getActualTypeArguments()[0] == String.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    EmbeddedCluster cluster = opened(context).cluster();
    Class<?> type = parameter.getParameter().getType();
    if (type == EmbeddedCluster.class) {
      return cluster;
    }
    return type == KeelsonClient.class ? client(cluster, context) : cluster.endpoints();
  }

  /** One for the context: what a test leaves open in its client ends with the test. */
  private static KeelsonClient client(EmbeddedCluster cluster, ExtensionContext context) {
    return store(context)
        .computeIfAbsent(
            "client of " + context.getUniqueId(),
            _ -> KeelsonClient.builder().endpoints(cluster.endpoints()).build(),
            KeelsonClient.class);
  }
}
