package dev.keelson.storage.disk;

/** What a name stands for on a {@link SimulatedDisk}. */
sealed interface SimulatedNode permits SimulatedContent, SimulatedDirectory {}
