namespace ServerlessInference.Vision.Detection.Internal.Suppression;

/// <summary>Thresholds and limits of suppression.</summary>
/// <param name="IouThreshold">The overlap up to which boxes are kept; <see langword="null"/> keeps all.</param>
/// <param name="ClassAgnostic">Whether boxes of different classes suppress each other.</param>
/// <param name="MaxDetections">How many boxes are kept at most, above 0.</param>
/// <param name="MaxCandidates">How many boxes are looked at, by falling score.</param>
internal readonly record struct SuppressionSettings(float? IouThreshold, bool ClassAgnostic, int MaxDetections, int MaxCandidates);
