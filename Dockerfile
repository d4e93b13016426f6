# One member in a container; docs/operating-guide.md, "In containers".
# A machine without a registry passes base images that it made itself, as deploy/compose.sh does.
ARG BUILD_IMAGE=maven:3-eclipse-temurin-25
ARG RUN_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
# "source": Maven builds it here. "built": cli/target/dist is taken as it lies in the context.
ARG DISTRIBUTION=source
WORKDIR /source
COPY . .
RUN case $DISTRIBUTION in \
    source) mvn -B -q -ntp package -pl cli -am -DskipTests -Dformat.skip -Dcheckstyle.skip -Daot.skip=true ;; \
    built) test -e cli/target/dist/complete || { echo 'nothing is built: ./dev build' >&2; exit 1; } ;; \
    *) echo "DISTRIBUTION=$DISTRIBUTION: source or built" >&2; exit 1 ;; \
    esac
# Only the modules that a member needs, and the commands to look into its JVM.
RUN jlink --no-header-files --no-man-pages --output /opt/keelson/jre --add-modules \
    java.base,java.logging,java.management,java.naming,java.sql,java.xml,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs
# Laid out where it will run: the AOT cache fits one JVM and one class path.
RUN mkdir /opt/keelson/bin \
    && cp -r cli/target/dist/lib cli/target/dist/natives cli/target/dist/*.jvm /opt/keelson/ \
    && install -m 755 deploy/image/keelson deploy/image/health /opt/keelson/bin/ \
    && /opt/keelson/jre/bin/java -cp '/opt/keelson/lib/*' \
      dev.keelson.cli.distribution.FinishDistribution /opt/keelson false

FROM ${RUN_IMAGE}
# A number that no machine's user has, so that its files are nobody's outside either.
RUN groupadd --gid 10001 keelson \
    && useradd --uid 10001 --gid keelson --no-create-home --home-dir /var/lib/keelson keelson \
    && install -d -o keelson -g keelson -m 700 /var/lib/keelson
COPY --from=build /opt/keelson /opt/keelson
ENV PATH=/opt/keelson/bin:$PATH \
    LANG=C.UTF-8 \
    KEELSON_DATA_DIR=/var/lib/keelson/data
USER keelson
# What a crashing JVM leaves behind is kept too.
WORKDIR /var/lib/keelson
VOLUME /var/lib/keelson
EXPOSE 2379 2380
# SIGTERM, docker's own: a leader hands over before it ends.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 CMD ["health"]
ENTRYPOINT ["keelson"]
CMD ["server"]
