using Microsoft.Extensions.Options;

namespace ServerlessInference.Text.Classification;

[OptionsValidator]
internal sealed partial class TextClassificationOptionsValidator : IValidateOptions<TextClassificationOptions>;
