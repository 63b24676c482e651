namespace ServerlessInference.Vision.Detection.Internal.Suppression;

/// <summary>A box of the output whose score is high enough, in pixels of the model's input.</summary>
/// <param name="Left">Pixels.</param>
/// <param name="Top">Pixels.</param>
/// <param name="Right">Pixels.</param>
/// <param name="Bottom">Pixels.</param>
/// <param name="Score">Above the lowest score, which is 0 or more.</param>
/// <param name="Class">The class's index.</param>
/// <param name="Box">The box's index in the output: where a head keeps more of it, such as coefficients of a mask.</param>
internal readonly record struct Candidate(float Left, float Top, float Right, float Bottom, float Score, int Class, int Box);
